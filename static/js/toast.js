// Says in a corner what needs no answer; read aloud, gone after a while, never for errors.
const SECONDS = 8;

// The region stands before its first words, or screen readers miss them.
const region = document.createElement("div");
region.className = "toasts";
region.setAttribute("role", "status");
document.body.append(region);

export function say(words) {
  const note = document.createElement("p");
  note.className = "toast-note";
  note.textContent = words;
  region.replaceChildren(note);
  setTimeout(() => note.remove(), SECONDS * 1000);
}
