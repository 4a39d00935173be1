// The public interface: parses sentences, and forwards everything else to the engine.
#include <fmt/format.h>

#include <algorithm>

#include "environments/engine.h"
#include "environments/kinds.h"
#include "environments/user_environments.h"
#include "lithe/error.h"
#include "network/bind.h"

namespace lithe {

using environments::Engine;

namespace {

// Accepts cartpole-swingup(...) for cartpole_swingup(...).
std::string with_underscores(std::string_view text) {
  std::string result(text);
  const std::size_t end = std::min(result.find('('), result.find("->"));
  std::replace(result.begin(),
               result.begin() + static_cast<std::ptrdiff_t>(std::min(end, result.size())), '-',
               '_');
  return result;
}

}  // namespace

Environments::Environments(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Environments::Environments(Environments&&) noexcept = default;
Environments& Environments::operator=(Environments&&) noexcept = default;
Environments::~Environments() = default;

Environments Environments::make(std::string_view sentence, const EnvironmentOptions& options) {
  using network::Category;
  const auto& catalogue = environments::catalogue();
  const Component component =
      network::read_component(with_underscores(sentence), Category::environment, catalogue);
  const environments::Kind& kind = environments::kind_called(component.name);
  Spaces spaces = kind.spaces(component);
  environments::check_options(options, spaces);
  return Environments(
      std::make_unique<Engine>(network::print(component, Category::environment, catalogue),
                               std::move(spaces), kind.make(component, options.count), options));
}

const std::string& Environments::name() const { return engine_->name(); }
const Spaces& Environments::spaces() const { return engine_->spaces(); }
std::size_t Environments::size() const { return engine_->size(); }
std::size_t Environments::action_repeat() const { return engine_->action_repeat(); }

void Environments::reset(ObservationRows observations) { engine_->reset(observations); }
void Environments::reset(std::size_t i, ObservationRows observations) {
  engine_->reset(i, observations);
}

void Environments::step(const Actions& actions, const Outcomes& outcomes) {
  engine_->step({0, size()}, actions, outcomes);
}

void Environments::step(std::size_t begin, std::size_t end, const Actions& actions,
                        const Outcomes& outcomes) {
  engine_->step({begin, end}, actions, outcomes);
}

void Environments::observe(ObservationRows observations) const {
  engine_->vector_env().observe({0, size()}, observations);
}

Environments::Episode Environments::current_episode(std::size_t i) const {
  return engine_->current_episode(i);
}
Environments::Episode Environments::last_episode(std::size_t i) const {
  return engine_->last_episode(i);
}
std::size_t Environments::completed_episodes(std::size_t i) const { return engine_->ended(i); }

std::vector<double> Environments::save() const { return engine_->save(); }
void Environments::restore(std::span<const double> saved) { engine_->restore(saved); }

std::vector<double> Environments::state(std::size_t i) const {
  std::vector<double> result(engine_->vector_env().state_size());
  engine_->vector_env().get_state(i, result.data());
  return result;
}

void Environments::set_state(std::size_t i, std::span<const double> state) {
  const std::size_t size = engine_->vector_env().state_size();
  if (state.size() != size)
    throw Error(ErrorKind::usage,
                fmt::format("a state of {} has {} values, not {}", name(), size, state.size()));
  const bool finite =
      std::all_of(state.begin(), state.end(), [](double value) { return std::isfinite(value); });
  if (!finite || !engine_->vector_env().set_state(i, state.data()))
    throw Error(ErrorKind::usage, fmt::format("{} cannot be in this state", name()), {},
                "a state that state() gave");
}

void Environments::draw(std::size_t i, Picture& picture) const {
  engine_->vector_env().draw(i, picture);
}

std::vector<EnvironmentInfo> environment_infos() {
  std::vector<EnvironmentInfo> result;
  for (const environments::Kind& kind : environments::kinds()) {
    const std::string& name = kind.declaration.name;
    const Component component =
        network::read_component(name, network::Category::environment, environments::catalogue());
    result.push_back({name, network::describe(kind.declaration), kind.spaces(component)});
  }
  return result;
}

}  // namespace lithe
