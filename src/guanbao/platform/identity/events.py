"""What happens to organisations and people, as the ledger tells it. Names and logins of people are not recorded."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

ORGANISATION_ADDED = declare(
    "organisation.added",
    en="{actor} added the organisation {object}",
    zh="{actor}新增了机构{object}",
    clear=("side", "name", "name_en"),
)
PERSON_ADDED = declare(
    "person.added",
    en="{actor} added person {person}",
    zh="{actor}新增了人员 {person}",
    clear=("person", "is_machine"),
)
PASSWORD_CHANGED = declare(
    "password.changed",
    en="{actor} changed their own password",
    zh="{actor}修改了自己的密码",
)
LOGIN_RESET = declare(
    "login.reset",
    en="{actor} set a new password for person {person}; their second factors, sessions and tokens ended",
    zh="{actor}为人员 {person} 重设了密码，其双因素验证方式、会话和令牌已停用",
    clear=("person",),
)
PERSON_LEFT = declare(
    "person.left",
    en="{actor} recorded that person {person} left",
    zh="{actor}登记了人员 {person} 离开",
    clear=("person", "left_at"),
)
MEMBERSHIP_GIVEN = declare(
    "membership.given",
    en="{actor} made person {person} a member of organisation {organisation}",
    zh="{actor}将人员 {person} 登记为机构 {organisation} 的成员",
    clear=("person", "organisation", "since", "until"),
)
TOKEN_MADE = declare(
    "token.made",
    en="{actor} made an API token for person {person}",
    zh="{actor}为人员 {person} 创建了接口令牌",
    clear=("person", "organisation", "expires_at"),
)
TOKEN_REVOKED = declare(
    "token.revoked",
    en="{actor} revoked an API token of person {person}",
    zh="{actor}吊销了人员 {person} 的接口令牌",
    clear=("person", "organisation"),
)
FACTOR_ADDED = declare(
    "factor.added",
    en="{actor} set up a second factor of their own",
    zh="{actor}启用了自己的双因素验证方式",
)
FACTOR_REMOVED = declare(
    "factor.removed",
    en="{actor} removed a second factor of their own",
    zh="{actor}停用了自己的双因素验证方式",
)
CODES_MADE = declare(
    "recovery_codes.made",
    en="{actor} made new recovery codes of their own",
    zh="{actor}重新生成了自己的恢复码",
)
SESSION_ENDED = declare(
    "session.ended",
    en="{actor} ended a session of person {person}",
    zh="{actor}结束了人员 {person} 的一个会话",
    clear=("person",),
)
MEMBERSHIP_ENDED = declare(
    "membership.ended",
    en="{actor} ended the membership of person {person} in organisation {organisation}",
    zh="{actor}终止了人员 {person} 在机构 {organisation} 的成员身份",
    clear=("person", "organisation", "until"),
)
INVITATION_MADE = declare(
    "invitation.made",
    en="{actor} invited somebody into organisation {organisation}, with the roles {roles}",
    zh="{actor}邀请一人加入机构 {organisation}，角色：{roles}",
    clear=("organisation", "roles"),
)
INVITATION_REVOKED = declare(
    "invitation.revoked",
    en="{actor} revoked an invitation into organisation {organisation}",
    zh="{actor}撤销了加入机构 {organisation} 的邀请",
    clear=("organisation",),
)
INVITATION_USED = declare(
    "invitation.used",
    en="{actor} accepted an invitation into organisation {organisation}",
    zh="{actor}接受了加入机构 {organisation} 的邀请",
    clear=("organisation",),
)
SIGN_ON_MAPPED = declare(
    "sign_on.mapped",
    en="{actor} said by what account of single sign-on person {person} is known",
    zh="{actor}登记了人员 {person} 对应的统一认证账号",
    clear=("person",),
)
