#include <fmt/format.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "calls.h"
#include "environments.h"
#include "lithe/agent.h"
#include "lithe/error.h"
#include "pickling.h"

namespace lithe::python {

namespace {

// The metrics of a report belong to the trainer, and change with its next iteration.
struct Report : AgentReport {
  Report() = default;
  explicit Report(const AgentReport& report) : AgentReport(report) {
    for (const auto& [name, value] : report.metrics) kept.emplace(name, value);
    metrics = {};
  }
  std::map<std::string, double> kept;
};

AgentOptions options_of(const nb::dict& given) {
  AgentOptions o;
  const auto read = [&](const char* name, auto& option) {
    option = nb::cast<std::remove_reference_t<decltype(option)>>(given[name]);
  };
  read("agent", o.agent), read("network", o.network), read("steps", o.steps);
  read("seed", o.seed), read("threads", o.threads), read("isa", o.isa);
  return o;
}

// An agent's training, which has begun or not. It begins in one call: Python hears of Ctrl-C behind
// it, and an agent that was interrupted has begun, or can.
class Training {
 public:
  bool has_begun() const { return trainer_.has_value(); }
  std::uint64_t planned() const { return planned_; }

  void begin(HeldEnvironments& environments, const nb::dict& given) {
    const AgentOptions options = options_of(given);
    nb::gil_scoped_release released;
    trainer_.emplace(std::move(environments.get()), options);
    environments.forget();
    planned_ = options.steps;
  }

  AgentTrainer& begun() {
    if (!trainer_)
      throw Error(ErrorKind::usage, "the agent has not been trained", "", "agent.train(100_000)");
    return *trainer_;
  }

 private:
  std::optional<AgentTrainer> trainer_;
  std::uint64_t planned_ = 0;  // steps
};

Report iterate(Training& training) {
  AgentTrainer& trainer = training.begun();
  return interruptible([&](Progress&) { return Report(trainer.iterate()); });
}

// Writes the number of steps that are planned too: a training that goes on needs it.
void save(Training& training, const std::filesystem::path& path) {
  training.begun().save(path, {{"steps", fmt::format("{}", training.planned())}});
}

// A copy, of the class `type` of Python's, which is derived from Model.
nb::object copied(const Model& model, nb::handle type) {
  Model copy(model.network(), model.precision(), 0, model.preprocessing());
  copy.metadata() = model.metadata();
  for (const std::string& name : model.names()) copy.set_values(name, model.values(name));
  nb::object made = nb::inst_alloc(type);
  new (nb::inst_ptr<Model>(made)) Model(std::move(copy));
  nb::inst_mark_ready(made);
  return made;
}

nb::object array_of_actions(const Spaces& spaces, const Actions& actions, std::size_t count) {
  if (spaces.choices > 0)
    return nb::cast(array_of<std::int32_t>({actions.choices, count}, {count}));
  const std::size_t size = spaces.actions();
  return nb::cast(array_of<float>({actions.values, count * size}, {count, size}));
}

// A policy with the spaces that it acts in.
struct ActingPolicy {
  ActingPolicy(const Model& model, const Spaces& given, std::size_t most)
      : spaces(given), policy(model, given, most) {}

  nb::object act(const FloatRows& observations) {
    const std::size_t count = observations.shape(0);
    Actions actions;
    try {
      nb::gil_scoped_release released;
      actions = policy.act({const_cast<float*>(observations.data()), observations.shape(1)}, count);
    } catch (const Error& error) {
      if (error.where() != "Policy::act") throw;
      throw Error(error.kind(), error.problem(), "predict",
                  "predict(observations, episode_start=True) for the first observation of an "
                  "episode");
    }
    return array_of_actions(spaces, actions, count);
  }

  void begin(std::size_t environment) { policy.begin(environment); }

  Spaces spaces;
  Policy policy;
};

nb::tuple play_episodes(const Model& policy, HeldEnvironments& environments, std::size_t episodes,
                        std::size_t max_length) {
  std::vector<double> returns;
  std::vector<std::int64_t> lengths;
  interruptible([&](Progress&) {
    environments.was_reset = true;
    for (const auto& episode : play(policy, environments.get(), episodes, max_length)) {
      returns.push_back(episode.episode_return);
      lengths.push_back(static_cast<std::int64_t>(episode.length));
    }
  });
  return nb::make_tuple(array_of<double>(returns, {returns.size()}),
                        array_of<std::int64_t>(lengths, {lengths.size()}));
}

void add_trainer_of_agents(nb::module_& module) {
  nb::class_<Report> report(module, "AgentReport",
                            "The figures of one iteration of an agent's training.");
  pickle_by(report, &Report::steps, &Report::episodes, &Report::mean_return, &Report::mean_length,
            &Report::seconds, &Report::iteration_steps, &Report::kept);
  report.def_ro("steps", &Report::steps, "Of all environments, since the beginning.")
      .def_ro("episodes", &Report::episodes, "That have ended, since the beginning.")
      .def_ro("mean_return", &Report::mean_return, "Of the last 100 episodes, with exploration.")
      .def_ro("mean_length", &Report::mean_length, "Of the last 100 episodes.")
      .def_ro("seconds", &Report::seconds, "Of this iteration.")
      .def_ro("iteration_steps", &Report::iteration_steps, "Of this iteration.")
      .def_prop_ro(
          "metrics", [](const Report& self) { return self.kept; },
          "What the agent measures of itself, such as 'entropy' (docs/agents.md).")
      .def("__repr__", [](const Report& self) {
        return fmt::format("AgentReport(steps={}, episodes={}, mean_return={:.5g})", self.steps,
                           self.episodes, self.mean_return);
      });

  nb::class_<Training>(module, "AgentTraining")
      .def(nb::init<>())
      .def("begin", &Training::begin, nb::arg("environments"), nb::arg("options"))
      .def_prop_ro("has_begun", &Training::has_begun)
      .def_prop_ro("planned", &Training::planned)
      .def_prop_ro("steps", [](Training& self) { return self.begun().steps(); })
      .def_prop_ro("finished", [](Training& self) { return self.begun().finished(); })
      .def("iterate", &iterate)
      .def("policy",
           [](Training& self, nb::handle type) { return copied(self.begun().policy(), type); })
      .def("save_policy",
           [](Training& self, const std::filesystem::path& path) {
             self.begun().policy().save(path);
           })
      .def("save", &save, nb::arg("path"))
      .def("restore",
           [](Training& self, const std::filesystem::path& path) { self.begun().restore(path); });
  module.def("_canonical_agent", &canonical_agent, nb::arg("agent"));
  module.def("_agent_state", [](const std::filesystem::path& path) {
    const AgentState state = read_agent_state(path);
    return state.notes;
  });
}

struct Online {
  Online(const Spaces& given, const nb::dict& options)
      : spaces(given), agent(given, options_of(options)) {}
  Spaces spaces;
  OnlineAgent agent;
};

void add_online_agent(nb::module_& module) {
  nb::class_<Online>(module, "OnlineAgent")
      .def(nb::init<const Spaces&, const nb::dict&>(), nb::arg("spaces"), nb::arg("options"))
      .def("_begin",
           [](Online& self, const Vector<float>& observation) {
             self.agent.begin({observation.data(), observation.size()});
           })
      .def("_act",
           [](Online& self) {
             const Action action = self.agent.act();
             return array_of_actions(self.spaces, {&action.choice, action.values.data()}, 1);
           })
      .def("_learn",
           [](Online& self, float reward, const Vector<float>& observation, bool done) {
             self.agent.learn(reward, {observation.data(), observation.size()}, done);
           })
      .def("_policy",
           [](const Online& self, nb::handle type) { return copied(self.agent.policy(), type); });
}

}  // namespace

void add_agents(nb::module_& module) {
  add_trainer_of_agents(module);
  add_online_agent(module);
  nb::class_<ActingPolicy>(module, "Policy")
      .def(nb::init<const Model&, const Spaces&, std::size_t>(), nb::arg("model"),
           nb::arg("spaces"), nb::arg("most"), nb::keep_alive<1, 2>())
      .def("_act", &ActingPolicy::act, nb::arg("observations"))
      .def("_begin", &ActingPolicy::begin, nb::arg("environment"));
  module.def("_play", &play_episodes, nb::arg("policy"), nb::arg("environments"),
             nb::arg("episodes"), nb::arg("max_length"));
}

}  // namespace lithe::python
