// Puts what the server pushes in place of the companies, unless somebody has
// the pointer on a bar: links must not move under it.
const live = document.getElementById("live");
const companies = document.getElementById("companies");
const source = new EventSource("/events");
source.onopen = () => { live.className = "on"; live.textContent = "live"; };
source.onerror = () => { live.className = "off"; live.textContent = "not connected"; };
source.onmessage = (event) => {
  if (!companies.querySelector("a:hover")) companies.innerHTML = event.data;
};
