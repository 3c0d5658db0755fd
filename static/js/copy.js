// Copies a value by a press and says so. Browsers offer it on https and localhost only: elsewhere the button goes.
import { say } from "./toast.js";

export default function copy(button) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.value);
    button.classList.add("iconbtn--done");
    say(button.dataset.done);
  });
}
