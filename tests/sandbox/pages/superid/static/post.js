// Carries the answer on to the application without a click.
document.getElementById("answer").submit();
