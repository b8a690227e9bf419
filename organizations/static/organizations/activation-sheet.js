// The print button of the sheet of activation codes.
document.querySelector("[data-print]").addEventListener("click", () => window.print());
