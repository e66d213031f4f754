"""Rows of the resources of tests/conformance."""

from datetime import date
from typing import TYPE_CHECKING, Any

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from tests.conformance.models import Inspection, Membership, Notice, Team, WorkSite
from tests.factories import UserFactory

if TYPE_CHECKING:
    Base = DjangoModelFactory[Any]
else:
    Base = DjangoModelFactory


class TeamFactory(Base):
    class Meta:
        model = Team

    name = Sequence("Team {}".format)  # type: ignore[no-untyped-call]


class MembershipFactory(Base):
    """A user's team: each has one that nobody else is in."""

    class Meta:
        model = Membership

    user = SubFactory(UserFactory)  # type: ignore[no-untyped-call]
    team = SubFactory(TeamFactory)  # type: ignore[no-untyped-call]


class WorkSiteFactory(Base):
    class Meta:
        model = WorkSite

    team = SubFactory(TeamFactory)  # type: ignore[no-untyped-call]
    name = Sequence("Site {}".format)  # type: ignore[no-untyped-call]


class InspectionFactory(Base):
    """An inspection of a site that its owner's team has."""

    class Meta:
        model = Inspection

    owner = SubFactory(UserFactory)  # type: ignore[no-untyped-call]
    title = Sequence("Inspection {}".format)  # type: ignore[no-untyped-call]
    day = date(2026, 12, 1)
    site = LazyAttribute(lambda row: site_of(row.owner))  # type: ignore[no-untyped-call]


class NoticeFactory(Base):
    class Meta:
        model = Notice

    text = Sequence("Notice {}".format)  # type: ignore[no-untyped-call]


def team_of(user: Any) -> Team:
    """Return the user's team, which is made for a user without one."""
    membership = Membership.objects.filter(user=user).first() or MembershipFactory.create(user=user)
    team: Team = membership.team
    return team


def site_of(user: Any) -> WorkSite:
    """Return a site of the user's team."""
    team = team_of(user)
    site: WorkSite = WorkSite.objects.filter(team=team).first() or WorkSiteFactory.create(team=team)
    return site
