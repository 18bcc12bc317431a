// Takes whoever pressed the button to what is wrong.

document.querySelector(".error-summary")?.focus()
