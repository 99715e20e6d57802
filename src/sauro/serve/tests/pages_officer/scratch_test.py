import os, sys
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"
from uuid import UUID
from datetime import UTC, datetime, timedelta
import pytest
from django.conf import settings as S
from playwright.sync_api import sync_playwright
from sauro.core.models import Account
from sauro.core.moment import simulated
from sauro.core.ids import new_id
from sauro.serve.models import Dossier, Notice
from sauro.serve.tests.pages_officer.conftest import signed_in
from sauro.serve.tests.pages_officer.test_counter import typed
OUT="/tmp/officer_shots"; os.makedirs(OUT,exist_ok=True)

def test_shots(live_server, town, desks):
    a=town.file(); b=town.file(requester_name="Lê Văn Tám", requester_id="075190000002"); 
    late=town.file(requester_name="Phạm Thị Bưởi", requester_id="075190000003")
    with simulated(lambda: datetime(2026,11,17,2,tzinfo=UTC)):
        desks.post(late,"accept")
    c=town.file(requester_name="Nguyễn Văn Đạt", requester_id="075190000004"); desks.post(c,"accept"); desks.post(c,"complete",step="check",note="Đã đối chiếu.")
    desks.post(c,"supplement",rows=3,item_0="birth_notification",reason_0="Bản chụp bị mờ quá",guidance_0="Chụp lại rõ bốn góc")
    d=desks.drafted(requester_name="Hoàng Thị Mai", requester_id="075190000005")
    plan=Dossier.objects.get(pk=d).plan["positions"]
    head=town.officers[UUID(plan["sign"])]; one=town.officers[UUID(plan["receive"])]; off=town.officers[UUID(plan["draft"])]
    from sauro.core.doorway import Ask, act
    from sauro.core.doorway.genesis import PLATFORM
    from datetime import date
    Notice.objects.create(id=new_id(),person=head,dossier=late,kind="breached",event=new_id(),at=datetime.now(UTC))
    act(Ask("core.appoint", PLATFORM, new_id().hex, {"person": one, "valid_from": date(2026,1,1),"kind":"acting"}, subject=UUID(plan["draft"])))
    c1=signed_in(one)
    r=c1.post("/can-bo/quay/",{"do":"new","procedure":"1.001193","name":"Trần Thị Hoa","number":"075190000009"})
    draft=r["Location"].split("/")[3]
    for _ in range(2): c1.post(f"/can-bo/quay/{draft}/",{**typed(),"continue":"1"})
    def cookie(p): return signed_in(p).cookies["sessionid"].value
    pages=[("today",one,"/can-bo/"),("queue",one,"/can-bo/ho-so/"),("empty",one,"/can-bo/ho-so/?q=zzz"),("accept",one,f"/can-bo/ho-so/{a}/"),("late",one,f"/can-bo/ho-so/{late}/"),("suppl",one,f"/can-bo/ho-so/{c}/"),
      ("sign",head,f"/can-bo/ho-so/{d}/"),("head",head,"/can-bo/lanh-dao/"),("counter",one,"/can-bo/quay/"),("cform",one,f"/can-bo/quay/{draft}/"),("read",one,f"/can-bo/quay/{draft}/doc-lai/")]
    only=os.environ.get("ONLY")
    with sync_playwright() as p:
        br=p.chromium.launch(executable_path="/usr/bin/chromium",args=["--no-sandbox","--disable-gpu","--disable-background-networking"])
        for lang,w in (("vi",1280),("vi",360),("en",1280),("en",360)):
            ctx=br.new_context(viewport={"width":w,"height":900},locale=lang)
            pg=ctx.new_page()
            pg.on("console", lambda m: print("CONSOLE",m.type,m.text) if m.type in("error","warning") else None)
            for name,who,url in pages:
                if only and name not in only.split(","): continue
                if lang=="en" and name in ("empty","late","cform","counter","today","head") : continue
                ctx.add_cookies([{"name":"sessionid","value":cookie(who),"url":live_server.url},{"name":"sauro_language","value":lang,"url":live_server.url}])
                pg.goto(live_server.url+url); 
                pg.screenshot(path=f"{OUT}/{name}-{lang}-{w}.png",full_page=True)
                over=pg.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                if over>0: print("OVERFLOW",name,lang,w,over)
            # an error page
            if not only or "err" in only:
                ctx.add_cookies([{"name":"sessionid","value":cookie(one),"url":live_server.url}])
                pg.goto(live_server.url+f"/can-bo/ho-so/{b}/")
                pg.click("#supplement > summary"); pg.click("#supplement button.govuk-button--secondary >> nth=0"); pg.wait_for_load_state()
                pg.screenshot(path=f"{OUT}/err-{lang}-{w}.png",full_page=True)
        br.close()
