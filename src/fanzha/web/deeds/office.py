"""What an administrator does to bodies, people, tokens and links."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fanzha import bootstrap
from fanzha.access import OWN_KEY, LinkChannel, PartnerLink, Person
from fanzha.access.webhooks import HookTopic, Webhook
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.errors import NotFound, Refused
from fanzha.ports.dispatcher import Verdict
from fanzha.services.desk import change_person
from fanzha.services.desk.add_body import add_body
from fanzha.services.desk.add_person import PersonDraft, add_person
from fanzha.services.desk.correct_body import correct_body
from fanzha.services.desk.keep_token import add_token, revoke_token
from fanzha.services.desk.keep_webhooks import add_webhook, remove_webhook, resume_webhook
from fanzha.services.desk.link_partner import link_partner, unlink_partner
from fanzha.services.desk.list_office import list_bodies, list_people
from fanzha.services.desk.remove_lost_passkey import remove_lost_passkey
from fanzha.services.desk.try_webhook import try_webhook
from fanzha.web.answers import Page
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.forms import Faults, Field, Kind
from fanzha.web.routes import ADMINISTRATORS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_, InBoth

ROLES: Final = choices_of(Role, without=(Role.MACHINE,))
CHANNELS: Final = (("http", N_("在线直连（HTTPS）")), ("signed_file", N_("签名文件夹")))
REASON: Final = Field("reason", N_("理由"), Kind.AREA, required=True, hint=N_("至少四个字，留存备查。"))
PASSWORD_HINT: Final = N_("至少十位，不含账号名；请当面或用另一途径告知本人。")


def _add_body(doing: Doing) -> Done:
    values = doing.values
    wanted = Organisation(
        values["id"], values["name"], Level(int(values["level"])), values["parent"] or None, values["jurisdiction"],
        values["institution"],
    )  # fmt: skip
    body = add_body(doing.desk, doing.actor, wanted)
    return Done(f"/bodies/{body.id}", N_("机构已新增"), body)


def _correct_body(doing: Doing) -> Done:
    values = doing.values
    body = correct_body(
        doing.desk, doing.actor, doing.id, values["reason"], name=values["name"] or None,
        jurisdiction=values["jurisdiction"] or None,
    )  # fmt: skip
    return Done(f"/bodies/{body.id}", N_("已更正；原来的内容留在审计中"), body)


def _add_person(doing: Doing) -> Done:
    values = doing.values
    roles = tuple(Role(role) for role in values["roles"])
    draft = PersonDraft(values["login"], values["name"], values["organisation"], roles)
    person = add_person(doing.desk, doing.console.hasher, doing.actor, draft, values["password"])
    return Done(f"/people/{person.login}", N_("人员已新增"), person)


def _change_roles(doing: Doing) -> Done:
    roles = tuple(Role(role) for role in doing.values["roles"])
    person = change_person.change_roles(doing.desk, doing.actor, doing.id, roles)
    return Done(f"/people/{doing.id}", N_("角色已更改，下一步操作起生效"), person)


def _deactivate(doing: Doing) -> Done:
    person = change_person.deactivate_person(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/people/{doing.id}", N_("已停用：登录、口令、令牌立即失效"), person)


def _reactivate(doing: Doing) -> Done:
    person = change_person.reactivate_person(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/people/{doing.id}", N_("已恢复；还须重置口令"), person)


def _reset_password(doing: Doing) -> Done:
    if doing.values["password"] != doing.values["again"]:
        raise Faults({"again": N_("两次输入的口令不同")})
    password = doing.values["password"]
    person = change_person.reset_password(doing.desk, doing.console.hasher, doing.actor, doing.id, password)
    return Done(f"/people/{doing.id}", N_("口令已重置，所有登录已结束"), person)


def _add_token(doing: Doing) -> Done:
    made = add_token(doing.desk, doing.console.hasher, doing.actor, doing.id, doing.values["label"])
    address = f"/people/{doing.id}"
    shown = Page("office_secret.html", {"secret": made.token, "credential": made.credential, "address": address})
    return Done(address, "", made.credential, shown)


def _revoke_token(doing: Doing) -> Done:
    revoked = revoke_token(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/people/{revoked.person}", N_("令牌已吊销"), revoked)


def _add_webhook(doing: Doing) -> Done:
    values, address = doing.values, f"/people/{doing.id}"
    topics = tuple(HookTopic(topic) for topic in values["topics"])
    sender = bootstrap.webhook_sender(doing.console.home)
    made = add_webhook(doing.desk, sender, doing.actor, doing.id, values["url"], topics)
    shown = Page("office_webhook.html", {"secret": made.secret, "hook": made.hook, "address": address})
    return Done(address, "", made.hook, shown)


def _resume_webhook(doing: Doing) -> Done:
    hook = resume_webhook(doing.desk, doing.actor, doing.id)
    return Done(f"/people/{hook.person}", N_("已恢复通知；此前错过的请程序自行从列表读取"), hook)


def _remove_webhook(doing: Doing) -> Done:
    hook = remove_webhook(doing.desk, doing.actor, doing.id)
    return Done(f"/people/{hook.person}", N_("通知地址已移除"), hook)


def _try_webhook(doing: Doing) -> Done:
    handed = try_webhook(doing.desk, bootstrap.webhook_sender(doing.console.home), doing.actor, doing.id)
    with doing.desk.store.reading() as view:
        hook = view.records(Webhook).get(doing.id)
    if handed.verdict is not Verdict.ACCEPTED:
        raise Refused(f"{hook.id} did not take it: {handed.reason}")
    return Done(f"/people/{hook.person}", N_("对方已收下试发的通知"), hook)


def _remove_passkey(doing: Doing) -> Done:
    removed = remove_lost_passkey(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/people/{removed.person}", N_("通行密钥已移除"), removed)


def _link(doing: Doing) -> Done:
    values = doing.values
    channel = LinkChannel(values["channel"])
    address = values["address"]
    if channel is LinkChannel.SIGNED_FILE:
        address = str(Path(address).resolve())
    wanted = PartnerLink(
        "", 0, values["organisation"], channel, address, values["key"], values["public_key"].lower(),
        values["own_key"] or OWN_KEY,
    )  # fmt: skip
    link = link_partner(doing.desk, doing.actor, wanted)
    key, public = bootstrap.exchange_public_key(doing.console.home, link.own_key)
    return Done("/office", "", link, Page("office_link.html", {"link": link, "key": key, "public_key": public}))


def _unlink(doing: Doing) -> Done:
    return Done("/office", N_("已断开：其指令从现在起等待"), unlink_partner(doing.desk, doing.actor, doing.id))


def person_kept(console: Console, actor: Actor, login: str) -> Person:
    """Somebody whom the actor keeps. Raises NotFound for anybody else, NotAllowed where he keeps nobody."""
    found = (line.person for line in list_people(console.desk, actor) if line.person.login == login)
    person = next(found, None)
    if person is None:
        raise NotFound(f"there is no login {login}, or his body is not yours to keep")
    return person


def _roles_around(console: Console, actor: Actor, login: str) -> tuple[Field, ...]:
    held = "\n".join(person_kept(console, actor, login).roles)
    return (Field("roles", N_("角色"), Kind.MANY, required=True, choices=ROLES, start=held, sample=("duty_officer",)),)


def _bodies(console: Console, actor: Actor) -> tuple[Organisation, ...]:
    return list_bodies(console.desk, actor)


def _names(bodies: tuple[Organisation, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((body.id, f"{body.name} {body.id}") for body in bodies)


def _body_around(console: Console, actor: Actor, _: str) -> tuple[Field, ...]:
    inside = tuple(body for body in _bodies(console, actor) if body.level is not Level.PARTNER)
    return (
        Field("id", N_("机构代码"), required=True, hint=N_("如 KM；以后不再变更。"), sample="NEW"),
        Field("name", N_("名称"), required=True),
        Field("level", N_("层级"), Kind.CHOICE, required=True, sample="0",
              choices=tuple((str(int(value)), word) for value, (_, word) in zip(Level, choices_of(Level), strict=True))),
        Field("parent", N_("上级机构"), Kind.CHOICE, choices=_names(inside), hint=N_("协作单位不填。"), sample=""),
        Field("jurisdiction", N_("行政区划代码"), Kind.NUMBER, hint="GB/T 2260", sample=""),
        Field("institution", N_("对外名称"), hint=N_("协作单位在流水和指令中的名称。")),
    )  # fmt: skip


def _correct_around(console: Console, actor: Actor, body_id: str) -> tuple[Field, ...]:
    body = next((one for one in _bodies(console, actor) if one.id == body_id), None)
    if body is None:
        raise NotFound(f"there is no body {body_id}, or it is not yours to keep")
    return (
        Field("name", N_("名称"), start=body.name),
        Field("jurisdiction", N_("行政区划代码"), Kind.NUMBER, start=body.jurisdiction, sample=body.jurisdiction),
        REASON,
    )


def _person_around(console: Console, actor: Actor, _: str) -> tuple[Field, ...]:
    return (
        Field("login", InBoth("账号", "Login name"), required=True, hint=N_("小写字母、数字、点、连字符、下划线。")),
        Field("name", N_("姓名"), required=True),
        Field("organisation", N_("机构"), Kind.CHOICE, required=True, choices=_names(_bodies(console, actor))),
        Field("roles", N_("角色"), Kind.MANY, required=True, choices=ROLES),
        Field("password", N_("初始口令"), Kind.PASSWORD, hint=PASSWORD_HINT, autocomplete="new-password"),
    )


def _link_around(console: Console, actor: Actor, _: str) -> tuple[Field, ...]:
    partners = tuple(body for body in _bodies(console, actor) if body.level is Level.PARTNER)
    return (
        Field("organisation", N_("协作单位"), Kind.CHOICE, required=True, choices=_names(partners)),
        Field("channel", N_("方式"), Kind.CHOICE, required=True, choices=CHANNELS, start="http"),
        Field("address", N_("地址或文件夹"), required=True, hint=N_("如 https://主机/路径，或服务器上的文件夹。")),
        Field("key", N_("对方密钥编号")),
        Field("public_key", N_("对方公钥"), Kind.NUMBER, hint=N_("Ed25519，64 位十六进制。")),
        Field("own_key", N_("我方密钥文件"), hint=N_("机房 keys 文件夹中的文件名；不填则用默认密钥。")),
    )


_PASSWORDS: Final = (
    Field("password", N_("新口令"), Kind.PASSWORD, required=True, hint=PASSWORD_HINT, autocomplete="new-password"),
    Field("again", N_("再输入一次"), Kind.PASSWORD, required=True, autocomplete="new-password"),
)
OFFICE_DEEDS: Final[tuple[Deed, ...]] = (
    Deed("bodies", "new", N_("新增机构"), ADMINISTRATORS, _add_body, around=_body_around, rehearsed=False),
    Deed("bodies", "correct", N_("更正机构"), ADMINISTRATORS, _correct_body, around=_correct_around),
    Deed("people", "new", N_("新增人员"), ADMINISTRATORS, _add_person, around=_person_around, rehearsed=False,
         hint=N_("接口程序不设口令，另发令牌。")),
    Deed("people", "roles", N_("更改角色"), ADMINISTRATORS, _change_roles, around=_roles_around,
         hint=N_("所选角色替换原有全部角色。")),
    Deed("people", "deactivate", N_("停用"), ADMINISTRATORS, _deactivate, (REASON,)),
    Deed("people", "reactivate", N_("恢复启用"), ADMINISTRATORS, _reactivate, (REASON,)),
    Deed("people", "reset-password", N_("重置口令"), ADMINISTRATORS, _reset_password, _PASSWORDS, rehearsed=False,
         hint=N_("锁定随之解除；此人所有登录立即结束。")),
    Deed("people", "token", N_("发放令牌"), ADMINISTRATORS, _add_token,
         (Field("label", N_("存放位置"), required=True, hint=N_("如 gateway-1")),), hint=N_("令牌只显示一次。")),
    Deed("tokens", "revoke", N_("吊销令牌"), ADMINISTRATORS, _revoke_token, (REASON,)),
    Deed("people", "webhook", N_("登记通知地址"), ADMINISTRATORS, _add_webhook, (
        Field("url", N_("通知地址"), required=True, hint=N_("如 https://主机/路径；须 HTTPS，不跟随跳转。")),
        Field("topics", N_("通知内容"), Kind.MANY, required=True, choices=choices_of(HookTopic)),
    ), hint=N_("只通知编号与版本，不含个人信息；签名密钥只显示一次。"), rehearsed=False),
    Deed("webhooks", "try", N_("试发一条"), ADMINISTRATORS, _try_webhook,
         hint=N_("立即向该地址发出一条不含记录的通知，并告知对方如何应答。"), rehearsed=False),
    Deed("webhooks", "resume", N_("恢复通知"), ADMINISTRATORS, _resume_webhook),
    Deed("webhooks", "remove", N_("移除通知地址"), ADMINISTRATORS, _remove_webhook),
    Deed("passkeys", "remove", N_("移除通行密钥"), ADMINISTRATORS, _remove_passkey, (REASON,),
         hint=N_("设备遗失时用：此密钥不能再登录，本人所有登录立即结束。")),
    Deed("links", "new", N_("连接协作单位"), ADMINISTRATORS, _link, around=_link_around, rehearsed=False),
    Deed("links", "remove", N_("断开协作单位"), ADMINISTRATORS, _unlink),
)  # fmt: skip
