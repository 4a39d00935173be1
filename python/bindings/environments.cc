#include "environments.h"

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "lithe/error.h"

namespace lithe::python {

static_assert(sizeof(bool) == 1);  // Outcomes have bytes

Environments& HeldEnvironments::get() {
  if (!held_)
    throw Error(ErrorKind::usage, "these environments belong to an agent", "",
                "lithe.rl.make again, for environments to step yourself");
  return *held_;
}

Environments& HeldEnvironments::begun() {
  Environments& environments = get();
  if (!was_reset) throw Error(ErrorKind::usage, "a step before the first reset", "", "env.reset()");
  return environments;
}

Environments HeldEnvironments::take() {
  Environments taken = std::move(get());
  held_.reset();
  return taken;
}

namespace {

std::uint8_t* bytes(const Flags& flags) { return reinterpret_cast<std::uint8_t*>(flags.data()); }

void expect(bool fits, const char* what) {
  if (!fits)
    throw Error(ErrorKind::data, fmt::format("{} of another shape than the environments'", what));
}

ObservationRows rows_of(const Environments& environments, const Floats& values) {
  const std::size_t columns = environments.spaces().observation.size();
  expect(values.size() == environments.size() * columns, "observations");
  return {values.data(), columns};
}

Actions actions_of(const Environments& environments, const std::optional<Choices>& choices,
                   const std::optional<FloatRows>& values) {
  const Spaces& spaces = environments.spaces();
  if (spaces.choices == 0) {
    expect(
        values && values->shape(0) == environments.size() && values->shape(1) == spaces.actions(),
        "actions");
    return {.values = values->data(), .stride = spaces.actions()};
  }
  expect(choices && choices->size() == environments.size(), "actions");
  const std::span<const std::int32_t> all(choices->data(), choices->size());
  std::uint32_t highest = 0;  // negative actions are the highest; compilers vectorize this loop
  for (const std::int32_t action : all)
    highest = std::max(highest, static_cast<std::uint32_t>(action));
  if (highest >= spaces.choices)
    throw Error(ErrorKind::data, fmt::format("the action {}", static_cast<std::int32_t>(highest)),
                "", fmt::format("0 to {}", spaces.choices - 1));
  return {.choices = all.data()};
}

void step(HeldEnvironments& self, const std::optional<Choices>& choices,
          const std::optional<FloatRows>& values, const Floats& observations, const Floats& rewards,
          const Flags& terminated, const Flags& truncated, const Floats& final_observations) {
  Environments& environments = self.begun();
  const std::size_t count = environments.size();
  expect(rewards.size() == count && terminated.size() == count && truncated.size() == count,
         "rewards or flags");
  const Actions actions = actions_of(environments, choices, values);
  const Outcomes outcomes{.observations = rows_of(environments, observations),
                          .rewards = rewards.data(),
                          .terminated = bytes(terminated),
                          .truncated = bytes(truncated),
                          .final_observations = rows_of(environments, final_observations)};
  nb::gil_scoped_release released;
  environments.step(actions, outcomes);
}

nb::object draw(HeldEnvironments& self, std::size_t i) {
  Picture picture;
  self.begun().draw(i, picture);
  if (picture.rgb.empty()) return nb::none();
  return nb::cast(array_of<std::uint8_t>(picture.rgb, {picture.height, picture.width, 3}));
}

std::size_t checked(const Environments& environments, std::size_t i) {
  if (i >= environments.size())
    throw Error(ErrorKind::usage, fmt::format("environment {}", i), "",
                fmt::format("0 to {}", environments.size() - 1));
  return i;
}

std::pair<double, std::size_t> figures(const Environments::Episode& episode) {
  return {episode.episode_return, episode.length};
}

void print_stderr(std::size_t i, std::string_view line) {
  fmt::print(stderr, "[{}] {}\n", i, line);
}

}  // namespace

void add_environments(nb::module_& module) {
  nb::class_<HeldEnvironments>(module, "Environments")
      .def(
          "__init__",
          [](HeldEnvironments* self, const std::string& sentence, std::size_t n, std::uint64_t seed,
             std::size_t action_repeat) {
            new (self) HeldEnvironments(Environments::make(sentence, {n, seed, action_repeat}));
          },
          nb::arg("sentence"), nb::arg("n"), nb::arg("seed"), nb::arg("action_repeat"))
      .def(
          "__init__",
          [](HeldEnvironments* self, const std::string& command, double time_limit, std::size_t n,
             std::uint64_t seed, std::size_t action_repeat) {
            const std::chrono::milliseconds limit(static_cast<std::int64_t>(time_limit * 1000));
            nb::gil_scoped_release released;
            new (self) HeldEnvironments(
                Environments::run(command, {n, seed, action_repeat}, {limit, print_stderr}));
          },
          nb::kw_only(), nb::arg("command"), nb::arg("time_limit"), nb::arg("n"), nb::arg("seed"),
          nb::arg("action_repeat"))
      .def(
          "__init__",
          [](HeldEnvironments* self, const nb::object& adapter, std::size_t n, std::uint64_t seed,
             std::size_t action_repeat) {
            new (self) HeldEnvironments(
                Environments::make(python_environments(adapter), {n, seed, action_repeat}));
          },
          nb::kw_only(), nb::arg("adapter"), nb::arg("n"), nb::arg("seed"),
          nb::arg("action_repeat"))
      .def("_take_over",
           [](HeldEnvironments& self) {
             HeldEnvironments taken(self.take());
             taken.was_reset = self.was_reset;
             return taken;
           })
      .def_prop_ro("_taken", &HeldEnvironments::taken)
      .def_ro("_was_reset", &HeldEnvironments::was_reset)
      .def_prop_ro(
          "name", [](HeldEnvironments& self) { return self.get().name(); },
          "The sentence with all of its arguments, or where the environments come from.")
      .def_prop_ro(
          "spaces", [](HeldEnvironments& self) { return self.get().spaces(); },
          "The observation and action spaces.")
      .def("__len__", [](HeldEnvironments& self) { return self.get().size(); })
      .def_prop_ro("action_repeat",
                   [](HeldEnvironments& self) { return self.get().action_repeat(); })
      .def(
          "_reset",
          [](HeldEnvironments& self, const Floats& observations) {
            const ObservationRows rows = rows_of(self.get(), observations);
            nb::gil_scoped_release released;
            self.get().reset(rows);
            self.was_reset = true;
          },
          nb::arg("observations"))
      .def("_observe",
           [](HeldEnvironments& self, const Floats& observations) {
             self.begun().observe(rows_of(self.get(), observations));
           })
      .def("_step", &step, nb::arg("choices").none(), nb::arg("values").none(),
           nb::arg("observations"), nb::arg("rewards"), nb::arg("terminated"), nb::arg("truncated"),
           nb::arg("final_observations"))
      .def(
          "current_episode",
          [](HeldEnvironments& self, std::size_t i) {
            return figures(self.get().current_episode(checked(self.get(), i)));
          },
          nb::arg("i"), "The return and the length, up to now, of the episode of environment `i`.")
      .def(
          "last_episode",
          [](HeldEnvironments& self, std::size_t i) {
            return figures(self.get().last_episode(checked(self.get(), i)));
          },
          nb::arg("i"), "The return and the length of the last episode that ended.")
      .def(
          "completed_episodes",
          [](HeldEnvironments& self, std::size_t i) {
            return self.get().completed_episodes(checked(self.get(), i));
          },
          nb::arg("i"), "The number of episodes of environment `i` that have ended.")
      .def("_save",
           [](HeldEnvironments& self) {
             const std::vector<double> saved = self.begun().save();
             return array_of<double>(saved, {saved.size()});
           })
      .def("_restore",
           [](HeldEnvironments& self, const Vector<double>& saved) {
             self.get().restore({saved.data(), saved.size()});
             self.was_reset = true;
           })
      .def("_state",
           [](HeldEnvironments& self, std::size_t i) {
             const std::vector<double> state = self.begun().state(checked(self.get(), i));
             return array_of<double>(state, {state.size()});
           })
      .def("_set_state",
           [](HeldEnvironments& self, std::size_t i, const Vector<double>& state) {
             self.begun().set_state(checked(self.get(), i), {state.data(), state.size()});
           })
      .def("_draw", [](HeldEnvironments& self, std::size_t i) {
        return draw(self, checked(self.get(), i));
      });
}

}  // namespace lithe::python
