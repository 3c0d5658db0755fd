// Copies a value by a press and says so.
export default function copy(button) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.value);
    button.setAttribute("aria-label", button.dataset.done);
    button.classList.add("iconbtn--done");
  });
}
