/* Passkeys: a form asks the device, and sends what it answers; without script or device its button stays away. */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

const asked = (question) => {
  const options = { ...question, challenge: bytes(question.challenge) };
  if (question.user) options.user = { ...question.user, id: bytes(question.user.id) };
  if (question.excludeCredentials) options.excludeCredentials = described(question.excludeCredentials);
  if (question.allowCredentials) options.allowCredentials = described(question.allowCredentials);
  return options;
};

const answered = (made) => {
  const response = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
};

/* The question of a page that lay open too long is asked for anew. */
const question = async (form) => {
  if (!form.dataset.until || Date.now() - opened < Number(form.dataset.until) - Number(document.body.dataset.now)) {
    return JSON.parse(form.dataset.question);
  }
  const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  return JSON.parse(fresh.querySelector("[data-passkey]").dataset.question);
};
const opened = Date.now();

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.querySelector("[data-next]")?.focus();
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "";
    try {
      const publicKey = asked(await question(form));
      const made = await (form.dataset.passkey === "make"
        ? navigator.credentials.create({ publicKey })
        : navigator.credentials.get({ publicKey }));
      form.elements.answer.value = answered(made);
      form.submit();
    } catch (error) {
      said.textContent = `${form.dataset.failed} (${error.name})`;
    }
  });
}
