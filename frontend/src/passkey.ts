/**
 * The passkey ceremony (Web Authentication). The server makes the options and judges the answer; here the browser is
 * only asked. A form with `data-sr-passkey` holds a hidden field `credential` and a button that works with script alone.
 *
 *   create  make a passkey        get  show one        login  sign in with one (options are fetched when asked for)
 */

type Json = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const buffer = new ArrayBuffer(plain.length);
  const view = new Uint8Array(buffer);
  for (let at = 0; at < plain.length; at += 1) view[at] = plain.charCodeAt(at);
  return buffer;
}

function text(buffer: ArrayBuffer | null): string | null {
  if (buffer === null) return null;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function listed(found: unknown): PublicKeyCredentialDescriptor[] {
  const given = Array.isArray(found) ? (found as { id: string; type: "public-key" }[]) : [];
  return given.map((each) => ({ ...each, id: bytes(each.id) }));
}

async function create(options: Json, alone: boolean): Promise<Json> {
  const asked = options["publicKey"] as Json;
  const user = asked["user"] as { id: string; name: string; displayName: string };
  const chosen = asked["authenticatorSelection"] as AuthenticatorSelectionCriteria;
  const publicKey = {
    ...asked,
    challenge: bytes(asked["challenge"] as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: listed(asked["excludeCredentials"]),
    authenticatorSelection: {
      ...chosen,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      ...(alone ? { userVerification: "required" } : {}),
    },
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...named(made),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

async function get(options: Json): Promise<Json> {
  const asked = options["publicKey"] as Json;
  const publicKey = {
    ...asked,
    challenge: bytes(asked["challenge"] as string),
    allowCredentials: listed(asked["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
  const shown = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = shown.response as AuthenticatorAssertionResponse;
  return {
    ...named(shown),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  };
}

function named(credential: PublicKeyCredential): Json {
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function options(form: HTMLFormElement): Promise<Json> {
  if (form.dataset["srPasskey"] !== "login") {
    return JSON.parse(document.getElementById("passkey-options")?.textContent ?? "{}") as Json;
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return ((await answer.json()) as Json)["request_options"] as Json;
}

async function ask(form: HTMLFormElement): Promise<void> {
  const failed = form.querySelector<HTMLElement>("[data-sr-passkey-failed]");
  if (failed) failed.hidden = true;
  try {
    const given = await options(form);
    const alone = form.querySelector<HTMLInputElement>("[name=passwordless]")?.checked ?? false;
    const made = form.dataset["srPasskey"] === "create" ? await create(given, alone) : await get(given);
    const field = form.querySelector<HTMLInputElement>("[name=credential]");
    if (!field) return;
    field.value = JSON.stringify(made);
    form.submit();
  } catch {
    // Cancelled, timed out, or no such passkey: browsers do not say which, on purpose.
    if (failed) {
      failed.hidden = false;
      failed.focus();
    }
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sr-passkey]")) {
  if (!("credentials" in navigator) || !("PublicKeyCredential" in window)) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(form);
  });
}
