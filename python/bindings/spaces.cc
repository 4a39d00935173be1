#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "lithe/environment.h"

namespace lithe::python {

namespace {

using Floats = std::vector<float>;
// For pickle.
using SpacesState = std::tuple<std::vector<std::size_t>, Floats, Floats, std::size_t, Floats,
                               Floats, std::size_t, std::optional<double>, double>;

nb::ndarray<nb::numpy, float> bounds(const Spaces& spaces, const Floats& values, bool observed) {
  const nb::ndarray<nb::numpy, float> flat = array_of<float>(values, {values.size()});
  if (!observed) return flat;
  return nb::cast<nb::ndarray<nb::numpy, float>>(
      nb::cast(flat).attr("reshape")(nb::cast(spaces.observation.sizes)));
}

}  // namespace

void add_spaces(nb::module_& module) {
  nb::class_<Spaces> spaces(module, "Spaces");
  spaces
      .def(
          "__init__",
          [](Spaces* self, const std::vector<std::size_t>& shape, const Floats& low,
             const Floats& high, std::size_t choices, const Floats& action_low,
             const Floats& action_high) {
            new (self) Spaces{.observation = {shape},
                              .low = low,
                              .high = high,
                              .choices = choices,
                              .action_low = action_low,
                              .action_high = action_high};
          },
          nb::arg("shape"), nb::arg("low"), nb::arg("high"), nb::arg("choices"),
          nb::arg("action_low"), nb::arg("action_high"))
      .def_prop_ro(
          "shape", [](const Spaces& self) { return nb::tuple(nb::cast(self.observation.sizes)); },
          nb::sig("def shape(self) -> tuple[int, ...]"),
          "Of an observation; an image is (height, width, channels).")
      .def_prop_ro(
          "low", [](const Spaces& self) { return bounds(self, self.low, true); },
          nb::rv_policy::move,
          "The lowest value of each observed value; -inf where there is no bound.")
      .def_prop_ro(
          "high", [](const Spaces& self) { return bounds(self, self.high, true); },
          nb::rv_policy::move,
          "The highest value of each observed value; inf where there is no bound.")
      .def_ro("choices", &Spaces::choices,
              "Discrete actions are 0 to choices - 1; 0: actions are continuous.")
      .def_prop_ro(
          "action_low", [](const Spaces& self) { return bounds(self, self.action_low, false); },
          nb::rv_policy::move, "The lower bound of each component of a continuous action.")
      .def_prop_ro(
          "action_high", [](const Spaces& self) { return bounds(self, self.action_high, false); },
          nb::rv_policy::move, "The upper bound of each component of a continuous action.")
      .def_ro("step_limit", &Spaces::step_limit,
              "Steps after which an episode is truncated; 0: no limit.")
      .def_ro("solved", &Spaces::solved, "The mean return at which the task counts as solved.")
      .def_ro("step_seconds", &Spaces::step_seconds, "Simulated time of a step; 0: none.");

  spaces
      .def("__getstate__",
           [](const Spaces& s) {
             return SpacesState(s.observation.sizes, s.low, s.high, s.choices, s.action_low,
                                s.action_high, s.step_limit, s.solved, s.step_seconds);
           })
      .def("__setstate__", [](Spaces& self, const SpacesState& state) {
        const auto& [shape, low, high, choices, action_low, action_high, limit, solved, seconds] =
            state;
        new (&self)
            Spaces{{shape}, low, high, choices, action_low, action_high, limit, solved, seconds};
      });

  module.def("_list_environments", [] {
    nb::dict all;
    for (const EnvironmentInfo& info : environment_infos())
      all[info.name.c_str()] = nb::make_tuple(info.help, info.spaces);
    return all;
  });
}

}  // namespace lithe::python
