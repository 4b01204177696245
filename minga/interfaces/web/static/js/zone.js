// Whoever comes for the first time is offered the time zone of their machine; without script it stays UTC and can be typed.
const field = document.querySelector(".bare input[name=zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (field?.value === "UTC" && zone && !document.getElementById("errors")) field.value = zone;
