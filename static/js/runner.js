// The runner: keeps the draft on the server, says so, counts what is checked, and repeats the result on the button.
const PAUSE = 2000;
const LATEST = 9000;

export default function runner(form) {
  const words = form.dataset;
  const state = document.querySelector("#savestate span");
  const button = document.querySelector("#submit");
  const checked = document.querySelector("#checked");
  let timer = 0;
  let since = 0;
  let saving = Promise.resolve();

  const body = () => {
    const data = new FormData(form);
    data.delete("files");
    data.delete("form_key");
    return data;
  };

  const save = (keepalive = false) => {
    clearTimeout(timer);
    timer = 0;
    since = 0;
    state.textContent = words.saving;
    saving = saving.then(async () => {
      try {
        const answer = await fetch(words.save, { method: "POST", body: new URLSearchParams(body()), keepalive, headers: { Accept: "application/json" } });
        const said = await answer.json();
        if (!answer.ok) throw new Error(said.detail);
        form.elements.version.value = said.version;
        state.textContent = `${words.saved} ${said.saved}`;
      } catch (error) {
        state.textContent = error.message && error.name === "Error" ? error.message : words.unsaved;
      }
    });
    return saving;
  };

  const soon = () => {
    state.textContent = words.unsaved;
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(PAUSE, since + LATEST - Date.now())));
  };

  const show = () => {
    const steps = [...form.querySelectorAll(".verdict")];
    const answers = steps.map((step) => step.querySelector("input:checked")?.value);
    const done = answers.filter(Boolean).length;
    checked.textContent = words.checked.replace("{done}", done).replace("{all}", steps.length);
    const remarked = [...form.querySelectorAll("textarea[name^=remark]")].some((field) => field.value.trim());
    if (answers.includes("not_as_expected")) button.textContent = words.failed;
    else if (steps.length && answers.every((answer) => answer === "as_expected")) button.textContent = remarked ? words.remarks : words.passed;
    else if (form.elements.not_applicable?.checked) button.textContent = words.na;
    else if (answers.includes("not_done")) button.textContent = words.blocked;
    const items = steps.map((step) => step.closest(".step"));
    const next = answers.findIndex((answer) => !answer);
    items.forEach((item, n) => item.classList.toggle("step--now", n === next));
  };

  form.addEventListener("input", () => { show(); soon(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer) save(true); });
  form.querySelector("[data-upload]")?.addEventListener("change", async (event) => {
    if (!event.target.files.length) return;
    await save();
    form.action = event.target.dataset.upload;
    form.requestSubmit();
  });
  show();
}
