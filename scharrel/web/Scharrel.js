// The slider: what the server says of the amount, put in place of what it said before. Nothing is computed here.
function start(page) {
  const form = page.querySelector("#what-if");
  if (!form || form.dataset.started) return;
  form.dataset.started = "yes";
  const slider = form.querySelector("#slider");
  const earned = form.querySelector("#earned");
  const outcome = page.querySelector("#what-if-outcome");
  let asked;
  let waiting;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const values = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(`what_if?${values}`, { signal: asked.signal });
      if (answer.ok) outcome.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 60);
  };
  slider.hidden = false;
  slider.addEventListener("input", () => {
    earned.value = slider.value;
    soon();
  });
  earned.addEventListener("input", () => {
    slider.value = earned.value.replace(",", ".");
    soon();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
}

if (document.body.classList.contains("scharrel")) start(document);

export default {
  onExtensionPageLoad() {
    start(document);
  },
};
