"""The list of everything that is installed, in the form CycloneDX 1.6: docs/reference/sbom.cdx.json, written by `make docs`.

It says what the lock files say, and the licences that the packages state; the same locks give the same bytes, so it has
neither a time nor a serial number.
"""

import json

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tools import licences, locks


def licence(package: locks.Package) -> str:
    """Give the package's licence as an SPDX expression."""
    if package.kind == "npm":
        return licences.as_spdx(package.licence)
    return licences.of_python(package.name)


def component(package: locks.Package) -> Component:
    """Give one entry. Hashes of archives are listed for what the product needs; the locks have the others."""
    made = Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=package.purl,
        purl=PackageURL.from_string(package.purl),
        scope=ComponentScope.REQUIRED if package.needed else ComponentScope.EXCLUDED,
    )
    if (stated := licence(package)) != licences.UNKNOWN:
        made.licenses.add(LicenseFactory().make_from_string(stated))
    if package.kind == "npm":
        made.hashes.update(HashType(alg=HashAlgorithm.SHA_512, content=each) for each in package.hashes)
    elif package.needed:
        # A version has an archive for each platform; which one is installed depends on the machine.
        archives = [HashType(alg=HashAlgorithm.SHA_256, content=each) for each in package.hashes]
        url = XsUri(f"https://pypi.org/project/{package.name}/{package.version}/")
        made.external_references.add(
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=url, hashes=archives)
        )
    return made


def text() -> str:
    """Give the whole list; one component a line, so that a change of one is a change of one line."""
    from sauro import __version__

    product = Component(
        name="sauro", version=__version__, type=ComponentType.APPLICATION, bom_ref="sauro",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )  # fmt: skip
    bom = Bom()
    bom.metadata.component = product
    packages = locks.everything()
    made = {each.purl: component(each) for each in packages}
    by_name: dict[tuple[str, str], list[Component]] = {}
    for each in packages:
        by_name.setdefault((each.kind, each.name), []).append(made[each.purl])
    for each in packages:
        bom.components.add(made[each.purl])
        needed = [found for name in sorted(each.needs) for found in by_name.get((each.kind, name), [])]
        bom.register_dependency(made[each.purl], needed)
    bom.register_dependency(product, [made[each.purl] for each in packages if each.asked])
    said = json.loads(JsonV1Dot6(bom).output_as_string())
    del said["serialNumber"], said["metadata"]["timestamp"]
    return _lines(said)


def _lines(said: dict[str, object]) -> str:
    parts = []
    for name, value in said.items():
        if isinstance(value, list):
            body = ",\n".join(json.dumps(each, ensure_ascii=False) for each in value)
            parts.append(f"{json.dumps(name)}: [\n{body}\n]")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def faults() -> list[str]:
    """Give one sentence for each package that may not be used."""
    return licences.faults({each.name: licence(each) for each in locks.everything()})
