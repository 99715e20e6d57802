"""From what was planned to what is asked of the doorway. Every key follows from the seed: a repeat is answered, not done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sauro.core.doorway import Ask
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import StoredFile
from sauro.packs.ids import id_of
from sauro.project.simulation import answers
from sauro.project.simulation.answers import MARK
from sauro.project.simulation.life import Case, Planned
from sauro.project.simulation.merging import Merger
from sauro.project.simulation.people import Citizen
from sauro.project.simulation.places import ONLINE
from sauro.project.simulation.samples import Sample
from sauro.project.simulation.work import Errand
from sauro.steer.models import Evidence

ACTIONS = {
    "submit": "serve.submit_dossier", "assist": "serve.assist_filing", "accept": "serve.accept_dossier",
    "refuse": "serve.refuse_dossier", "ask": "serve.request_supplement", "answer": "serve.answer_supplement",
    "assign": "serve.assign_dossier", "complete": "serve.complete_step", "draft": "serve.draft_decision",
    "send_back": "serve.return_draft", "sign": "serve.sign_decision", "issue": "serve.issue_result",
    "return": "serve.return_result", "stop": "serve.stop_dossier", "withdraw": "serve.withdraw_dossier",
}  # fmt: skip
STATEMENT = "simulation/1"


@dataclass(frozen=True)
class Cast:
    """Who there is, and which file each kind of paper is."""

    citizens: Sequence[Citizen]
    holders: Mapping[UUID, UUID]
    assisters: Mapping[str, tuple[UUID, UUID]]
    samples: Mapping[str, Sample]
    first: date
    merger: Merger | None = None

    def with_merger(self, merger: Merger | None) -> "Cast":
        """The same where two communes merge. After it nobody holds what went: whoever took over stands there."""
        if merger is None:
            return self
        heirs = {gone: self.holders[heir] for gone, heir in merger.stands.items() if heir in self.holders}
        return replace(self, merger=merger, holders={**heirs, **self.holders})

    def files(self, planned: Iterable[Planned], at: Any) -> Iterator[StoredFile]:
        """The rows of the files that these acts need: each stands for a specimen."""
        for each in planned:
            case, verb = each.case, each.verb
            if not isinstance(case, Case):
                continue
            if verb in ("submit", "assist"):
                for component in case.way.papers:
                    yield self._file(case, component, self.samples["attachment"], at)
            elif verb == "sign":
                yield self._file(case, "result", self.samples[case.way.procedure.code], at)

    def _file(self, case: Case, what: str, sample: Sample, at: Any) -> StoredFile:
        return StoredFile(
            id=_file_id(case, what), unit=case.id, name_part="", digest=bytes.fromhex(sample.digest), size=sample.size,
            media_type="application/pdf", scanned="clean", owner=PLATFORM, created=at,
        )  # fmt: skip

    def preparing(self, planned: Planned) -> Ask:
        """What the worker would have asked: the specimen is what will be signed."""
        case = planned.case
        assert isinstance(case, Case)
        payload = {"file": _file_id(case, "result"), "digest": self.samples[case.way.procedure.code].digest}
        return Ask("serve.prepare_signature", PLATFORM, _key(planned), payload, subject=case.id)

    def asking(self, planned: Planned, day: date) -> Ask:
        """One act of the plan, asked by who does it."""
        case = planned.case
        if isinstance(case, Errand):
            return self._steering(case, planned)
        todo = case.todo[planned.at]
        action, payload = ACTIONS[todo.verb], getattr(self, f"_{todo.verb}")(case, todo.step, day)
        subject = None if todo.verb in ("submit", "assist") else case.id
        if todo.verb == "assist":
            office = self.assisters[case.way.area][0]
            return Ask(action, self.holders[office], _key(planned), payload, subject, office)
        if todo.office is None:
            return Ask(action, self.citizens[case.citizen].id, _key(planned), payload, subject)
        return Ask(action, self.holders[todo.office], _key(planned), payload, subject, todo.office)

    def _steering(self, errand: Errand, planned: Planned) -> Ask:
        step = errand.todo[planned.at]
        says = step.says
        if step.verb == "judge_evidence":
            says = says | {
                "evidence": Evidence.objects.filter(task=errand.id).values_list("id", flat=True).first()
            }
        action = f"steer.{step.verb}"
        return Ask(action, self.holders[step.office], _key(planned), says, step.subject, step.office)

    def _submit(self, case: Case, _step: str, day: date) -> dict[str, Any]:
        way, citizen = case.way, self.citizens[case.citizen]
        later: timedelta = day - self.first
        return {
            "id": case.id, "definition": way.procedure.id, "received_by": way.places.received_by,
            "competent": way.places.competent, "involved": way.places.involved, "area": way.area,
            "answers": answers.about(way.procedure, way.answers, citizen.name, citizen.number, later),
            "channel": way.channel, "files": {_file_id(case, component): component for component in way.papers},
            "simulated": True,
        }  # fmt: skip

    def _assist(self, case: Case, step: str, day: date) -> dict[str, Any]:
        applicant, at = self.citizens[case.citizen].id, self.assisters[case.way.area][1]
        return {
            **self._submit(case, step, day),
            "applicant": applicant,
            "read_back": STATEMENT,
            "assisted_at": at,
        }

    def _accept(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {}

    def _refuse(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {
            "ground": case.way.procedure.terms.refusals[0].id,
            "reason": f"Hồ sơ không đủ điều kiện {MARK}",
        }

    def _ask(self, case: Case, step: str, day: date) -> dict[str, Any]:
        item = next(iter(case.way.procedure.components), None) or next(iter(case.way.procedure.fields))
        lack = {
            "item": item,
            "reason": f"Bản chụp bị mờ, không đọc được {MARK}",
            "guidance": "Chụp lại đủ bốn góc",
        }
        return {"deficiencies": [lack]}

    def _answer(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {"words": f"Đã bổ sung bản rõ nét {MARK}"}

    def _assign(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {"step": step}

    _complete = _assign

    def _draft(self, case: Case, step: str, day: date) -> dict[str, Any]:
        refusals = case.way.procedure.terms.refusals
        if case.refused and refusals:
            words = [f"Không đủ điều kiện theo quy định {MARK}."]
            return {"outcome": "refused", "ground": refusals[0].id, "paragraphs": words}
        words = [f"Cấp theo đề nghị của người nộp {MARK}."]
        return {"outcome": "granted", "paragraphs": words, "entries": answers.entries(case.way.procedure)}

    def _send_back(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {"reason": f"Sửa lại phần căn cứ {MARK}"}

    def _sign(self, case: Case, step: str, day: date) -> dict[str, Any]:
        digest = self.samples[case.way.procedure.code].digest
        return {"file": _file_id(case, "result"), "digest": digest, "prepared": digest}

    def _issue(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {}

    def _return(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {"how": "online" if case.way.channel == ONLINE else "counter"}

    def _stop(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {"reason": f"Người nộp không còn đủ điều kiện {MARK}"}

    def _withdraw(self, case: Case, step: str, day: date) -> dict[str, Any]:
        return {}


def _file_id(case: Case, what: str) -> UUID:
    return id_of(f"simulation/{case.id}/{what}")


def _key(planned: Planned) -> str:
    return f"simulation:{planned.case.id}:{planned.at}"
