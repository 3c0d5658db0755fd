// A file input that also takes dropped and pasted files, shows what it holds, and lets one be left out again.
const SIZES = ["B", "KB", "MB"];

function sized(bytes) {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  return `${(bytes / 1024 ** step).toFixed(step > 1 ? 1 : 0)} ${SIZES[step]}`;
}

// A picture from the clipboard has no name of its own: it gets the time.
function named(file) {
  const now = new Date().toLocaleTimeString("en-GB").replaceAll(":", "");
  return file.name === "image.png" ? new File([file], `pasted-${now}.png`, { type: file.type }) : file;
}

// Words that come with a picture (from a spreadsheet, say) belong to the text field in which they are pasted.
function meansText(event) {
  return event.target.matches("input, textarea") && event.clipboardData.types.includes("text/plain");
}

function preview(file, word, leaveOut) {
  const item = document.createElement("li");
  item.className = "shot";
  if (file.type.startsWith("image/")) {
    const image = new Image();
    image.alt = "";
    image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
    item.append(image);
  }
  const text = document.createElement("span");
  text.textContent = `${file.name}, ${sized(file.size)}`;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-link";
  button.textContent = word;
  button.setAttribute("aria-label", `${word}: ${file.name}`);
  button.addEventListener("click", leaveOut);
  item.append(text, button);
  return item;
}

export default function dropzone(zone) {
  const input = zone.querySelector("input[type=file]");
  const names = zone.querySelector(".drop__names");
  const list = document.createElement("ul");
  list.className = "plain strip drop__list";
  zone.after(list);

  const hold = (files) => {
    const held = new DataTransfer();
    for (const file of files) held.items.add(file);
    input.files = held.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const add = (files) => {
    if (files.length) hold([...(input.multiple ? input.files : []), ...files.map(named)].slice(input.multiple ? 0 : -1));
  };

  input.addEventListener("change", () => {
    const files = [...input.files];
    names.textContent = files.map((file) => file.name).join(", ");
    if (!zone.dataset.remove) return; // sent at once; the page shows what has arrived
    list.replaceChildren(...files.map((file) => preview(file, zone.dataset.remove, () => {
      hold(files.filter((other) => other !== file));
      input.focus();
    })));
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("drop--over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("drop--over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("drop--over");
    add([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.defaultPrevented || meansText(event)) return;
    event.preventDefault();
    add(files);
  });
}
