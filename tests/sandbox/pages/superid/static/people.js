// Fills in the name and password of the person clicked, as an autofilling browser would.
for (const person of document.querySelectorAll("[data-username]")) {
  person.addEventListener("click", () => {
    document.getElementById("username").value = person.dataset.username;
    document.getElementById("password").value = person.dataset.password;
    document.querySelector("form button.main").focus();
  });
}
