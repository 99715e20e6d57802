"""Every address of the project is public for a stated reason, or the permission matrix says what each role finds there.

There is one statement of who may do what: docs/reference/permission-matrix.csv, which tests/permissions asks over HTTP. An
address that stands neither in it nor in the list below has no policy, and fails here.
"""

from django.urls import URLPattern, URLResolver, get_resolver

from tests.permissions import matrix

PUBLIC = {
    "livez": "says only that the process lives",
    "readyz": "a word and a status; what is wrong is for who bears the operator's token",
    "healthz": "a word and a status; what is wrong is for who bears the operator's token",
    "account_login": "signing in",
    "account_logout": "asks a signed-in person before it signs them out, and does nothing for a stranger",
    "account_signup": "making an account, where the profile allows it",
    "account_inactive": "says that an account is closed, without naming it",
    "account_reset_password": "asks for an address, and says the same whatever it is",
    "account_reset_password_done": "says the same to everybody",
    "account_reset_password_from_key": "for who holds the link of a letter, once",
    "account_reset_password_from_key_done": "says the same to everybody",
    "account_confirm_address": "for who holds the link of a letter, once; a page with a button",
    "mfa_authenticate": "the second proof of a sign-in that has begun; leads everybody else to its beginning",
    "mfa_login_webauthn": "signing in",
    "openid_connect_login": "signing in at another provider, where one is configured",
    "openid_connect_callback": "the provider's answer, to the session that asked",
    "api:openapi-json": "the API's description",
    "api:api-root": "answers nothing; it is where the API's addresses begin",
    "api:list_procedures": "published law",
    "api:get_procedure": "published law",
    "api:get_dossier": "facts without a person, for who holds the code of a receipt",
    "api:newest_checkpoint": "published, so that anybody can hold the journal to it",
    "api:checkpoint": "published, so that anybody can hold the journal to it",
    "api:inclusion": "hashes, never bodies",
    "api:leaf_inclusion": "hashes, never bodies",
    "api:consistency": "hashes, never bodies",
    "web:language": "sets one cookie of the reader's own",
    "web:accessibility": "a statement to everybody",
    "web:how_to_verify": "a guide for everybody",
    "web:components": "made-up content, in a demonstration only",
    "web:components_official": "made-up content, in a demonstration only",
    "serve:home": "the first page",
    "serve:procedures": "published law",
    "serve:procedure": "published law",
    "serve:verify_ask": "an empty form",
    "serve:verify": "facts without a person, for who holds the code of a receipt",
    "serve:journal": "published, so that anybody can hold the journal to it",
    "serve:checkpoint": "published, so that anybody can hold the journal to it",
    "watch:nation": "the newest published edition",
    "watch:editions": "published editions",
    "watch:edition": "a published edition",
    "watch:province": "the newest published edition, of one province",
    "watch:indicator": "a definition, and what is claimed with its source",
    "watch:doubts": "what was found about public claims",
}


def routes() -> dict[str, URLPattern]:
    """Every address by its name; one without a name cannot be listed, and fails."""
    found: dict[str, URLPattern] = {}

    def walk(resolver: URLResolver, space: str) -> None:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
                continue
            name = f"{space}{pattern.name}"
            assert pattern.name and name not in found, f"{pattern.pattern} needs a name of its own"
            found[name] = pattern

    walk(get_resolver(), "")
    return found


ROUTES = routes()


def test_every_address_has_a_policy() -> None:
    told = matrix.routes()
    gone = (told | set(PUBLIC)) - set(ROUTES)
    assert not gone, f"addresses that are spoken of and do not exist: {sorted(gone)}"
    twice = told & set(PUBLIC)
    assert not twice, f"an address has one policy: {sorted(twice)}"
    without = set(ROUTES) - told - set(PUBLIC)
    assert not without, f"say in {matrix.TABLE.name} what each role finds there: {sorted(without)}"
