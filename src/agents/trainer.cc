#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "agents/agent.h"
#include "agents/networks.h"
#include "agents/policy.h"
#include "lithe/agent.h"
#include "lithe/cancel.h"
#include "lithe/error.h"
#include "network/bind.h"
#include "train/check.h"
#include "train/model_data.h"

namespace lithe {

using agents::Agent;

namespace {

constexpr const char* kAgentKey = "agent";
constexpr const char* kVersionKey = "lithe.state";
constexpr const char* kVersion = "agent 3";  // 3: a digest
constexpr const char* kStepsKey = "total_steps";
const std::string kNoteStart = "note.";

bool finite(const Model& model) {
  return std::visit(
      [](const auto& values) {
        return std::all_of(values.data(), values.data() + values.size(),
                           [](auto value) { return std::isfinite(value); });
      },
      data_of(model).values);
}

Component read_agent(const std::string& text) {
  return network::read_component(text, network::Category::agent, agents::catalogue());
}

std::string print_agent(const Component& agent) {
  return network::print(agent, network::Category::agent, agents::catalogue());
}

std::unique_ptr<Agent> make_agent(const Component& sentence, const agents::AgentContext& context) {
  for (const agents::AgentKind& kind : agents::kinds())
    if (kind.declaration.name == sentence.name) {
      if (!kind.takes_memory) agents::refuse_memory(sentence.name, context.options.network);
      return kind.make(sentence, context);
    }
  return nullptr;  // not reached: read_agent knows the same agents
}

void check_version(const io::Metadata& metadata, const std::string& path) {
  const auto version = metadata.find(kVersionKey);
  if (version == metadata.end() || !version->second.starts_with("agent "))
    throw Error(ErrorKind::model, "this is not the state of an agent's training", path,
                "the file that --state of `lithe rl train` named");
  if (version->second != kVersion)
    throw Error(ErrorKind::model,
                fmt::format("the state has the form '{:.20}', and this program reads '{}'",
                            version->second, kVersion),
                path, "the version of Lithe that wrote it");
}

void check(const AgentOptions& options) {
  train::check_threads(options.threads);
  if (options.steps == 0)
    throw Error(ErrorKind::usage, "a training of 0 steps", "--steps", "at least 1");
}

}  // namespace

class AgentTrainer::Engine {
 public:
  Engine(Environments&& environments, const AgentOptions& options)
      : options_(options), sentence_(read_agent(options.agent)), runner_(std::move(environments)) {
    try {
      begin();
    } catch (...) {
      environments = std::move(runner_.environments());
      throw;
    }
  }

  AgentReport iterate() {
    const auto start = std::chrono::steady_clock::now();
    AgentReport report;
    report.iteration_steps = agent_->iterate();
    steps_ += report.iteration_steps;
    if (!finite(agent_->policy()))
      throw Error(ErrorKind::numeric, "the weights of the policy are not finite",
                  fmt::format("step {}", steps_),
                  "a smaller learning rate, or a smaller clip_norm in the optimizer");
    copy_policy();
    end_if_cancelled();
    const EpisodeWindow& episodes = runner_.episodes();
    report.steps = steps_;
    report.episodes = runner_.episodes_ended();
    report.mean_return = episodes.mean_return();
    report.mean_length = episodes.mean_length();
    report.metrics = agent_->metrics();
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
  }

  std::uint64_t steps() const { return steps_; }
  bool finished() const { return steps_ >= options_.steps; }
  const Model& policy() const { return *policy_; }

  void save(const std::filesystem::path& path, const std::map<std::string, std::string>& notes) {
    agents::Archive archive;
    std::vector<double> environments = runner_.environments().save();
    serialize(archive, environments);
    io::Metadata metadata = {{kVersionKey, kVersion}};
    for (const auto& [key, value] : identity()) metadata[key] = value;
    for (const auto& [key, value] : notes) metadata[kNoteStart + key] = value;
    archive.write(path, metadata);
  }

  // Everything is checked against the file first, and copied then.
  void restore(const std::filesystem::path& path) {
    io::SafetensorsFile file = agents::Archive::read(path);
    check_same(file.metadata(), path.string());
    std::vector<double> environments = runner_.environments().save();
    agents::Archive archive(std::move(file));
    archive.checking = true;
    serialize(archive, environments);
    archive.checking = false;
    std::vector<double> saved(environments.size());
    serialize(archive, saved);
    runner_.environments().restore(saved);
    copy_policy();
  }

 private:
  void begin() {
    agent_ = make_agent(sentence_, {runner_, options_});
    policy_.emplace(agent_->policy().network(), Precision::float32, 0);
    auto& metadata = policy_->metadata();
    metadata[agents::kActionSpaceNote] = agent_->action_space();
    metadata[agents::kAgentNote] = canonical();
    metadata[agents::kEnvironmentNote] = runner_.environments().name();
    copy_policy();
  }

  std::string canonical() const { return print_agent(sentence_); }

  // What a state belongs to; the first that differs is told.
  std::vector<std::pair<std::string, std::string>> identity() const {
    return {{"environment", runner_.environments().name()},
            {"action_repeat", fmt::format("{}", runner_.environments().action_repeat())},
            {kAgentKey, canonical()},
            {"network", options_.network},
            {"seed", fmt::format("{}", options_.seed)}};
  }

  void copy_policy() { move_toward(*policy_, agent_->policy(), 1); }

  void serialize(agents::Archive& archive, std::vector<double>& environments) {
    agent_->serialize(archive);
    runner_.serialize(archive);
    archive.add("environments", std::span(environments));
    archive.add(kStepsKey, steps_);
  }

  void check_same(const io::Metadata& metadata, const std::string& path) const {
    check_version(metadata, path);
    for (const auto& [key, current] : identity()) {
      const auto at = metadata.find(key);
      const std::string saved = at == metadata.end() ? "nothing" : at->second;
      if (saved != current)
        throw Error(ErrorKind::model,
                    fmt::format("the {} was '{}' and is now '{}'", key, saved, current), path,
                    "resume with the same options as at the beginning");
    }
  }

  AgentOptions options_;
  Component sentence_;
  agents::VectorEnvRunner runner_;
  std::unique_ptr<Agent> agent_;
  std::optional<Model> policy_;  // as it was after the last iteration
  std::uint64_t steps_ = 0;
};

AgentTrainer::AgentTrainer(Environments&& environments, const AgentOptions& options) {
  check(options);
  engine_ = std::make_unique<Engine>(std::move(environments), options);
}
AgentTrainer::AgentTrainer(AgentTrainer&&) noexcept = default;
AgentTrainer::~AgentTrainer() = default;

AgentReport AgentTrainer::iterate() { return engine_->iterate(); }
std::uint64_t AgentTrainer::steps() const { return engine_->steps(); }
bool AgentTrainer::finished() const { return engine_->finished(); }
const Model& AgentTrainer::policy() const { return engine_->policy(); }
void AgentTrainer::save(const std::filesystem::path& path,
                        const std::map<std::string, std::string>& notes) const {
  engine_->save(path, notes);
}
void AgentTrainer::restore(const std::filesystem::path& path) { engine_->restore(path); }

std::string canonical_agent(const std::string& agent) { return print_agent(read_agent(agent)); }

AgentState read_agent_state(const std::filesystem::path& path) {
  io::SafetensorsFile file = agents::Archive::read(path);
  check_version(file.metadata(), path.string());
  AgentState state;
  for (const auto& [key, value] : file.metadata()) {
    if (key.starts_with(kNoteStart))
      state.notes[key.substr(kNoteStart.size())] = value;
    else if (!key.starts_with("lithe."))
      state.belongs_to[key] = value;
  }
  agents::Archive(std::move(file)).add(kStepsKey, state.steps);
  return state;
}

}  // namespace lithe
