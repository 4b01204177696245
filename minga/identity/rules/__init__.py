"""The vocabulary of identity and what can be decided without looking anything up. Pure."""

from minga.identity.rules.actor import Actor as Actor
from minga.identity.rules.actor import Me as Me
from minga.identity.rules.actor import Via as Via
from minga.identity.rules.fields import Audience as Audience
from minga.identity.rules.invites import Purpose as Purpose
from minga.identity.rules.invites import Words as Words
from minga.identity.rules.sign_ins import How as How
from minga.identity.rules.sign_ins import Known as Known
