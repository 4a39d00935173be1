"""Learning from rewards: environments that step together, agents, and their policies.

Environments are Lithe's own (`make`), programs (`run`), or Gymnasium's (`GymEnv` and `VectorEnv`, which
need gymnasium). `lithe.gymnasium` makes Lithe's environments Gymnasium's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._agents import DQN, PPO, REINFORCE, SAC, ActorCritic, Agent, AgentReport, OnlineAgent, Policy, play
from ._environments import Environments, Spaces, environments, make, run, spaces_of

if TYPE_CHECKING:
    from ._gymnasium_adapters import GymEnv, VectorEnv

__all__ = [
    "ActorCritic",
    "Agent",
    "AgentReport",
    "DQN",
    "Environments",
    "GymEnv",
    "OnlineAgent",
    "PPO",
    "Policy",
    "REINFORCE",
    "SAC",
    "Spaces",
    "VectorEnv",
    "environments",
    "make",
    "play",
    "run",
    "spaces_of",
]


def __getattr__(name: str) -> Any:
    if name in ("GymEnv", "VectorEnv"):
        from . import _gymnasium_adapters

        return getattr(_gymnasium_adapters, name)
    raise AttributeError(f"module 'lithe.rl' has no attribute '{name}'")
