"""Client devices of a home, as the cloud sends them and as analysis counts them.

Names and MAC addresses are personal data: the counts carry neither.
"""

from __future__ import annotations

from typing import Annotated, TypedDict

from pydantic import AliasChoices, BeforeValidator, Field

from src.models.plume import (
    Channel,
    Health,
    Hop,
    Id,
    Moment,
    PlumeModel,
    Text,
    filled,
    read_list,
    tolerant_tuple,
    unwrap,
)

__all__ = ["Device", "DeviceCounts", "DeviceDetail", "PodDevices", "parse_devices"]


class Device(PlumeModel):
    """A client device (`GET .../devices`). `leaf_to_root` begins with the pod it hangs on."""

    id: Id = Field(validation_alias=AliasChoices("id", "mac"))
    mac: Text = Field(default=None, validation_alias=AliasChoices("mac", "id"))
    name: Text = None
    nickname: Text = None
    host_name: Text = None
    icon: Text = None
    ip: Text = None
    medium: Text = None
    freq_band: Text = None
    channel: Channel = None
    connection_state: Text = None
    connection_state_change_at: Moment = None
    health: Annotated[
        Health | None, BeforeValidator(lambda v: v if isinstance(v, str) and v else filled(v))
    ] = None
    leaf_to_root: Annotated[
        tuple[Hop, ...] | None,
        BeforeValidator(lambda v: None if v is None else tolerant_tuple(Hop, v)),
    ] = None
    access_zone: Text = None

    @property
    def label(self) -> str:
        """What people call it; its MAC address or id when nobody named it."""
        return self.nickname or self.name or self.host_name or self.mac or self.id

    @property
    def connected(self) -> bool | None:
        """None for anything but the documented words."""
        word = (self.connection_state or "").lower()
        return {"connected": True, "disconnected": False, "unavailable": False}.get(word)

    @property
    def pod_id(self) -> str | None:
        """The pod that it hangs on; None when not reported, or when it is not connected."""
        return self.leaf_to_root[0].id if self.leaf_to_root else None

    @property
    def band(self) -> str | None:
        """The Wi-Fi band as reported for the device, else for its link to the pod."""
        hop = self.leaf_to_root[0] if self.leaf_to_root else None
        return self.freq_band or (hop.radio if hop else None)


def parse_devices(body: object) -> tuple[Device, ...]:
    """Devices from {"devices": [...]}, doubled envelopes or a bare list; else ShapeError. [2]"""
    return read_list(Device, unwrap(body, "devices"))


class PodDevices(TypedDict):
    """The connected devices of one pod, without a name or an address among them."""

    pod_id: str | None  # None: the devices do not say where they hang
    pod_name: str | None  # None for a pod that is not in the list of pods
    devices: int
    bands: dict[str, int]  # "2.4 GHz", "5 GHz", "6 GHz", or a raw word
    wired: int
    unclear: int  # neither band nor cable reported
    weak: int  # health poor or degraded


class DeviceCounts(TypedDict):
    """A home's client devices in numbers."""

    known: int  # all that the cloud remembers
    connected: int
    disconnected: int
    unknown: int  # state not reported
    weak: int  # connected, health poor or degraded
    pods: list[PodDevices]  # most devices first; pods without any come last


class DeviceDetail(TypedDict):
    """One device: personal data, to be shown on demand only."""

    label: str
    mac: str | None
    ip: str | None
    kind: str | None  # icon: smartPhone, laptop, tv...
    connected: bool | None
    state: str | None  # raw connectionState
    since: str | None  # ISO; when that state began
    pod_id: str | None
    pod_name: str | None
    medium: str | None  # wifi, ethernet, moca or a raw word
    band: str | None  # in words, as in PodDevices
    channel: int | str | None
    health: str | None
    weak: bool | None
    zone: str | None  # home, guests, internetAccessOnly
