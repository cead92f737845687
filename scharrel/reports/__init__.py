"""Reports: what each tells and how, the model and its rows and sentences in one file."""
