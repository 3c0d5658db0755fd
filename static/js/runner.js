// The runner: keeps the draft on the server (and, while that fails, on this device), says so, counts what is
// checked, and repeats the result on the button.
const PAUSE = 2000;
const LATEST = 9000;
const LARGEST = 10 * 1024 * 1024;
const OLDEST = 14 * 24 * 3600 * 1000;
const NOT_KEPT = ["files", "form_key", "csrf_token", "version", "position"];

class Refused extends Error {}

// What could not be saved waits on this device, under the draft's own key, until the server has it. What was
// sent without waiting for an answer has arrived when the server's version is newer.
function shelf(draft) {
  const key = `run-draft:${draft}`;
  const old = Object.keys(localStorage).filter((name) => name.startsWith("run-draft:"));
  for (const name of old) if (Date.now() - JSON.parse(localStorage[name]).at > OLDEST) localStorage.removeItem(name);
  return {
    put: (pairs, version, sent) => localStorage.setItem(key, JSON.stringify({ at: Date.now(), pairs, version, sent })),
    take: () => JSON.parse(localStorage.getItem(key) ?? "null"),
    clear: () => localStorage.removeItem(key),
  };
}

// Both are kept: an empty field takes what was typed here, a different text gets it added below.
function bringBack(form, pairs) {
  let changed = false;
  for (const [name, value] of pairs) {
    const field = form.elements.namedItem(name);
    if (!field || !value || field.value === value) continue;
    if (field instanceof HTMLTextAreaElement) {
      if (field.value.includes(value)) continue;
      field.value = value.includes(field.value) ? value : `${field.value}\n${value}`;
    } else if (!(field instanceof HTMLSelectElement)) field.value = value;
    changed = true;
  }
  return changed;
}

export default function runner(form) {
  const words = form.dataset;
  const state = document.querySelector("#savestate span");
  const button = document.querySelector("#submit");
  const checked = document.querySelector("#checked");
  const kept = shelf(words.draft);
  let timer = 0;
  let since = 0;
  let saving = Promise.resolve();
  let leaving = false;
  let saved = "";
  let savedWords = state.textContent;

  const pairs = () => [...new FormData(form)].filter(([name]) => !NOT_KEPT.includes(name));

  const send = async (mine, keepalive) => {
    const body = new URLSearchParams([...mine, ["csrf_token", form.elements.csrf_token.value], ["version", form.elements.version.value]]);
    const answer = await fetch(words.save, { method: "POST", body, keepalive, headers: { Accept: "application/json" } });
    if (answer.redirected) throw new Refused(words.ended);
    if (answer.status >= 500) throw new Error(answer.statusText); // the server's fault: tried again by itself
    if (answer.status === 409) throw new Refused(words.both);
    if (!answer.ok) throw new Refused((await answer.json()).detail);
    return answer.json();
  };

  const save = (keepalive = false) => {
    clearTimeout(timer);
    timer = 0;
    since = 0;
    const mine = pairs();
    const text = JSON.stringify(mine);
    if (text === saved) {
      state.textContent = savedWords;
      return saving;
    }
    kept.put(mine, form.elements.version.value, keepalive);
    saving = saving.then(async () => {
      state.textContent = words.saving;
      try {
        const said = await send(mine, keepalive);
        form.elements.version.value = said.version;
        savedWords = `${words.saved} ${said.saved}`;
        state.textContent = savedWords;
        state.parentElement.classList.remove("savestate--wait");
        saved = text;
        if (text === JSON.stringify(pairs())) kept.clear();
      } catch (error) {
        state.textContent = error instanceof Refused ? error.message : words.kept;
        state.parentElement.classList.add("savestate--wait");
        if (!(error instanceof Refused)) soon(LATEST);
      }
    });
    return saving;
  };

  const soon = (pause = PAUSE) => {
    if (leaving) return;
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(pause, since + LATEST - Date.now())));
  };

  const answerOf = (step) => {
    const chosen = step.querySelector(".verdict input:checked")?.value;
    return chosen === "could_not" ? step.querySelector(".step__why [name^=why]:checked")?.value ?? "" : chosen;
  };

  const show = () => {
    const steps = [...form.querySelectorAll(".step")];
    const answers = steps.map(answerOf);
    const result = form.elements.result?.value;
    const remarked = [...form.querySelectorAll("textarea[name^=remark]")].some((field) => field.value.trim());
    checked.textContent = words.checked.replace("{done}", answers.filter(Boolean).length).replace("{all}", steps.length);
    let label = words.submit;
    if (answers.includes("not_as_expected")) label = words.failed;
    else if (steps.length && answers.every((answer) => answer === "as_expected")) label = remarked ? words.remarks : words.passed;
    else if (result === "not_applicable") label = words.na;
    else if (result || answers.includes("not_done")) label = words.blocked;
    button.textContent = label;
    const next = answers.findIndex((answer) => !answer);
    steps.forEach((step, n) => step.classList.toggle("step--now", n === next));
  };

  const allAsExpected = (event) => {
    event.preventDefault();
    for (const step of form.querySelectorAll(".step")) {
      if (!step.querySelector(".verdict input:checked")) step.querySelector(".verdict input").checked = true;
    }
    show();
    save();
    button.focus();
  };

  const upload = async (event) => {
    const input = event.target;
    const large = [...input.files].find((file) => file.size > LARGEST);
    const error = document.querySelector("#files-error");
    error.hidden = !large;
    if (large) {
      error.textContent = words.large.replace("{name}", large.name);
      input.value = "";
    } else if (input.files.length) {
      await save();
      form.action = input.dataset.upload;
      form.requestSubmit();
    }
  };

  // the server compares versions: nothing may be on its way when the form itself is sent
  const leave = async (event) => {
    if (leaving) return;
    event.preventDefault();
    leaving = true;
    clearTimeout(timer);
    await saving;
    await new Promise((done) => setTimeout(done)); // a form that is still telling of its sending ignores requestSubmit
    kept.put(pairs(), form.elements.version.value, true);
    form.requestSubmit(event.submitter);
  };

  form.addEventListener("input", (event) => {
    const step = event.target.closest(".step");
    if (step && form.elements.position) form.elements.position.value = step.dataset.step;
    state.textContent = words.unsaved;
    show();
    if (leaving) kept.put(pairs(), form.elements.version.value, false);
    else soon();
  });
  form.addEventListener("focusout", () => { if (timer) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer && !leaving) save(true); });
  window.addEventListener("online", () => { if (kept.take()) save(); });
  document.querySelector("#all")?.addEventListener("click", allAsExpected);
  form.querySelector("[data-upload]")?.addEventListener("change", upload);
  form.addEventListener("submit", leave);

  if (!document.querySelector(".summary")) saved = JSON.stringify(pairs());
  const waiting = kept.take();
  const arrived = waiting?.sent && Number(form.elements.version.value) > Number(waiting.version);
  if (waiting && !arrived && bringBack(form, waiting.pairs)) save();
  else if (!document.querySelector(".summary")) kept.clear();
  show();
}
