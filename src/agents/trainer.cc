#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "agents/agent.h"
#include "agents/policy.h"
#include "lithe/agent.h"
#include "lithe/error.h"
#include "network/bind.h"
#include "train/check.h"
#include "train/model_data.h"

namespace lithe {

using agents::Agent;

namespace {

constexpr const char* kSentenceNote = "agent";
constexpr const char* kVersion = "1";

bool finite(const Model& model) {
  return std::visit(
      [](const auto& values) {
        return std::all_of(values.data(), values.data() + values.size(),
                           [](auto value) { return std::isfinite(value); });
      },
      model.data().values);
}

Component read_agent(const std::string& text) {
  return network::read_component(text, network::Category::agent, agents::catalogue());
}

std::unique_ptr<Agent> make_agent(const Component& sentence, const agents::Setting& setting) {
  for (const agents::Row& row : agents::rows())
    if (row.declaration.name == sentence.name) return row.make(sentence, setting);
  return nullptr;  // read_agent knows the same rows
}

void check(const AgentOptions& options) {
  train::check_threads(options.threads);
  if (options.steps == 0)
    throw Error(ErrorKind::usage, "a training of no steps", "--steps", "at least 1");
}

}  // namespace

class AgentTrainer::Engine {
 public:
  Engine(Environments environments, const AgentOptions& options)
      : options_(options),
        sentence_(read_agent(options.agent)),
        world_(std::move(environments)),
        agent_(make_agent(sentence_, {world_, options_})),
        good_(agent_->policy().network(), Precision::float32, 0) {
    auto& notes = good_.notes();
    notes[agents::kAnswerNote] = agent_->answer();
    notes[agents::kAgentNote] = canonical();
    notes[agents::kEnvironmentNote] = world_.environments().name();
    keep();
  }

  AgentReport round() {
    const auto start = std::chrono::steady_clock::now();
    AgentReport report;
    report.round_steps = agent_->round();
    steps_ += report.round_steps;
    if (!finite(agent_->policy()))
      throw Error(ErrorKind::numeric, "the policy's weights are no longer numbers",
                  fmt::format("step {}", steps_),
                  "a smaller learning rate, or a smaller clip_norm in the optimizer");
    keep();
    const EpisodeWindow& episodes = world_.episodes();
    report.steps = steps_;
    report.episodes = world_.episodes_ended();
    report.mean_return = episodes.mean_return();
    report.mean_length = episodes.mean_length();
    report.figures = agent_->figures();
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
  }

  bool finished() const { return steps_ >= options_.steps; }
  const Model& policy() const { return good_; }

  void save(const std::filesystem::path& path) {
    agents::Archive archive;
    std::vector<double> environments = world_.environments().save();
    visit(archive, environments);
    archive.write(path, {{"lithe.state", kVersion},
                         {kSentenceNote, canonical()},
                         {"environment", world_.environments().name()},
                         {"hold", hold()},
                         {"network", options_.network}});
  }

  // First everything is held against the file, then taken over.
  void restore(const std::filesystem::path& path) {
    io::SafetensorsFile file = io::read_safetensors(path);
    check_same(file.metadata(), path.string());
    std::vector<double> environments = world_.environments().save();
    agents::Archive archive(std::move(file));
    archive.checking = true;
    visit(archive, environments);
    archive.checking = false;
    std::vector<double> saved(environments.size());
    visit(archive, saved);
    world_.environments().restore(saved);
    keep();
  }

 private:
  std::string canonical() const {
    return network::print(sentence_, network::Category::agent, agents::catalogue());
  }

  std::string hold() const { return fmt::format("{}", world_.environments().hold()); }

  void keep() { move_toward(good_, agent_->policy(), 1); }

  void visit(agents::Archive& archive, std::vector<double>& environments) {
    agent_->visit(archive);
    world_.visit(archive);
    archive.add("environments", std::span(environments));
    archive.add("steps of all", steps_);
  }

  void check_same(const io::Metadata& metadata, const std::string& path) const {
    const auto says = [&](const std::string& key, const std::string& ours) {
      const auto at = metadata.find(key);
      const std::string theirs = at == metadata.end() ? "nothing" : at->second;
      if (theirs != ours)
        throw Error(ErrorKind::model,
                    fmt::format("the {} was '{}' and is now '{}'", key, theirs, ours), path,
                    "go on with what the training began with");
    };
    if (!metadata.contains("lithe.state"))
      throw Error(ErrorKind::model, "this is not the state of a training", path);
    says("lithe.state", kVersion);
    says("environment", world_.environments().name());
    says("hold", hold());
    says(kSentenceNote, canonical());
    says("network", options_.network);
  }

  AgentOptions options_;
  Component sentence_;
  agents::World world_;
  std::unique_ptr<Agent> agent_;
  Model good_;  // the policy as it was after the last round
  std::uint64_t steps_ = 0;
};

AgentTrainer::AgentTrainer(Environments environments, const AgentOptions& options) {
  check(options);
  engine_ = std::make_unique<Engine>(std::move(environments), options);
}
AgentTrainer::AgentTrainer(AgentTrainer&&) noexcept = default;
AgentTrainer::~AgentTrainer() = default;

AgentReport AgentTrainer::round() { return engine_->round(); }
bool AgentTrainer::finished() const { return engine_->finished(); }
const Model& AgentTrainer::policy() const { return engine_->policy(); }
void AgentTrainer::save(const std::filesystem::path& path) const { engine_->save(path); }
void AgentTrainer::restore(const std::filesystem::path& path) { engine_->restore(path); }

}  // namespace lithe
