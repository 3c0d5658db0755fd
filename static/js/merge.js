// Two texts and one control: it holds the side that is chosen at each difference, until somebody types in it.
export default function merge(section) {
  const control = document.getElementById(section.dataset.control);
  const choose = section.querySelector("[data-choose]");
  const parts = JSON.parse(section.dataset.parts);

  const put = () => {
    const sides = [...choose.querySelectorAll(":checked")].map((way) => way.value);
    const lines = parts.flatMap(([theirs, yours]) => {
      if (!yours) return theirs;
      return { theirs, yours, both: [...theirs, ...yours] }[sides.shift()];
    });
    control.value = lines.join("\n");
    control.dispatchEvent(new Event("input", { bubbles: true }));
  };

  choose.hidden = false;
  choose.addEventListener("change", put);
  control.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    choose.disabled = true;
    section.querySelector("[data-typed]").hidden = false;
  });
}
