"""SpiffWorkflow: a BPMN process, rehydrated from its serialised JSON at every step and saved again; no audit row."""

import io
import uuid

import psycopg
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from bench.client import STEPS, answers, serve

TASKS = "".join(
    f'<bpmn:userTask id="{step}" name="{step}"/>'
    f'<bpmn:sequenceFlow id="to_{step}" sourceRef="{"start" if i == 0 else STEPS[i - 1]}" targetRef="{step}"/>'
    for i, step in enumerate(STEPS)
)
BPMN = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="definitions" targetNamespace="bench">
  <bpmn:process id="dossier" isExecutable="true">
    <bpmn:startEvent id="start"/>{TASKS}
    <bpmn:endEvent id="end"/><bpmn:sequenceFlow id="to_end" sourceRef="return" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>"""
SCHEMA = "CREATE TABLE workflow (id uuid PRIMARY KEY, ended boolean NOT NULL, serialization jsonb NOT NULL)"


class Spiff:
    packages = ("SpiffWorkflow", "psycopg", "lxml")
    warm_up = 5
    link: psycopg.Connection

    def prepare(self, address: str) -> None:
        with psycopg.connect(address, autocommit=True) as link:
            link.execute(SCHEMA)

    def open(self, address: str, client: int) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.parse(io.BytesIO(BPMN.encode())), filename="dossier.bpmn")
        self.spec = parser.get_spec("dossier")
        self.serializer = BpmnWorkflowSerializer()
        self.link = psycopg.connect(address, autocommit=True, prepare_threshold=1)

    def carry(self, first: int, cases: int) -> None:
        for number in range(first, first + cases):
            case = uuid.uuid4()
            for step in STEPS:
                with self.link.transaction():
                    workflow = self._begin(number) if step == "submit" else self._restore(case)
                    self._step(workflow, step)
                    self._save(case, workflow, new=step == "submit")

    def _begin(self, number: int) -> BpmnWorkflow:
        workflow = BpmnWorkflow(self.spec)
        workflow.data["answers"] = answers(number)
        self._run_engine(workflow)
        return workflow

    def _restore(self, case: uuid.UUID) -> BpmnWorkflow:
        row = self.link.execute(
            "SELECT serialization::text FROM workflow WHERE id = %s FOR UPDATE", (case,)
        ).fetchone()
        assert row is not None
        return self.serializer.deserialize_json(row[0])

    def _step(self, workflow: BpmnWorkflow, step: str) -> None:
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        if task.task_spec.name != step:
            raise ValueError(f"{task.task_spec.name} is ready, not {step}")
        task.set_data(**{step: {"by": "officer"}})
        task.run()
        self._run_engine(workflow)

    @staticmethod
    def _run_engine(workflow: BpmnWorkflow) -> None:
        """The loop of the documentation: run what needs no person until a person is needed."""
        task = workflow.get_next_task(state=TaskState.READY, manual=False)
        while task is not None:
            task.run()
            workflow.refresh_waiting_tasks()
            task = workflow.get_next_task(state=TaskState.READY, manual=False)

    def _save(self, case: uuid.UUID, workflow: BpmnWorkflow, new: bool) -> None:
        text, ended = self.serializer.serialize_json(workflow), workflow.is_completed()
        if new:
            self.link.execute("INSERT INTO workflow VALUES (%s, %s, %s)", (case, ended, text))
        else:
            self.link.execute(
                "UPDATE workflow SET ended = %s, serialization = %s WHERE id = %s", (ended, text, case)
            )

    def verify(self, address: str) -> dict[str, int]:
        self.open(address, 0)
        rows = self.link.execute("SELECT count(*) FILTER (WHERE ended), count(*) FROM workflow").fetchone()
        last = self.link.execute("SELECT serialization::text FROM workflow ORDER BY id LIMIT 20").fetchall()
        whole = [self.serializer.deserialize_json(text) for (text,) in last]
        if not all(self._is_whole(workflow) for workflow in whole):
            raise SystemExit("a restored workflow is not complete")
        assert rows is not None
        return {"finished": rows[0], "begun": rows[1]}

    @staticmethod
    def _is_whole(workflow: BpmnWorkflow) -> bool:
        done = {task.task_spec.name for task in workflow.get_tasks(state=TaskState.COMPLETED)}
        return workflow.is_completed() and done >= set(STEPS) and "answers" in workflow.data


if __name__ == "__main__":
    serve(Spiff())
