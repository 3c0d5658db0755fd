// A file input that also takes dropped and pasted files, and says what it holds.
export default function dropzone(zone) {
  const input = zone.querySelector("input[type=file]");
  const names = zone.querySelector(".drop__names");
  const show = () => { names.textContent = [...input.files].map((file) => file.name).join(", "); };
  const add = (files) => {
    if (!files.length) return;
    const held = new DataTransfer();
    for (const file of [...(input.multiple ? input.files : []), ...files]) held.items.add(file);
    input.files = held.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  input.addEventListener("change", show);
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("drop--over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("drop--over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("drop--over");
    add([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    const stamp = new Date().toISOString().slice(11, 19).replaceAll(":", "");
    add(files.map((file) => new File([file], file.name === "image.png" ? `pasted-${stamp}.png` : file.name, { type: file.type })));
  });
}
