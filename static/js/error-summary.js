// Takes focus, so that keyboard and screen reader start where something is to be put right.
export default function errorSummary(element) {
  element.focus();
}
