// The button of the signing form repeats the decision it will carry out.
export default function sign(form) {
  const button = form.querySelector("[data-label]");
  const show = () => {
    const chosen = form.querySelector("input[name=decision]:checked");
    if (chosen) button.textContent = chosen.dataset.button;
  };
  form.addEventListener("change", show);
  show();
}
