// The slider: what the server says of the amount, put in place of what it said before. Nothing is computed here.
function start(page) {
  const form = page.querySelector("#what-if");
  if (!form || form.dataset.started) return;
  form.dataset.started = "yes";
  const slider = form.querySelector("#slider");
  const earned = form.querySelector("#earned");
  const outcome = page.querySelector("#what-if-outcome");
  const euros = new Intl.NumberFormat(slider.lang, { style: "currency", currency: "EUR" });
  const tell = () => slider.setAttribute("aria-valuetext", euros.format(slider.value));
  let asked;
  let waiting;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const values = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(`what_if?${values}`, { signal: asked.signal });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const said = fresh.querySelector(".lead");
      outcome.querySelector(".lead").textContent = said.textContent; // only this is read out
      outcome.querySelector(".drawn").innerHTML = fresh.querySelector(".drawn").innerHTML;
      if (document.activeElement === slider) return;
      slider.value = said.dataset.earned;
      tell();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 60);
  };
  slider.hidden = false;
  tell();
  slider.addEventListener("input", () => {
    earned.value = slider.value;
    tell();
    soon();
  });
  earned.addEventListener("input", soon);
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
