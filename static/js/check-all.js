// Offers to choose all checkboxes of its form at once; without script each is chosen by hand.
export default function checkAll(element) {
  element.hidden = false;
  element.querySelector("button").addEventListener("click", () => {
    const boxes = [...element.closest("form").querySelectorAll("input[name=chosen]:not(:disabled)")];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}
