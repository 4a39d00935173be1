#include "environments/programs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "environments/engine.h"
#include "environments/protocol.h"
#include "lithe/error.h"

namespace lithe {

namespace environments {

namespace {

constexpr std::size_t kMostPrograms = 1024;

bool same(const Spaces& a, const Spaces& b) {
  return a.observation == b.observation && a.low == b.low && a.high == b.high &&
         a.choices == b.choices && a.action_low == b.action_low && a.action_high == b.action_high &&
         a.step_limit == b.step_limit;
}

}  // namespace

Programs::Programs(const std::string& command, std::size_t count, const ProgramOptions& options)
    : command_(command), limit_(options.time_limit) {
  if (count > kMostPrograms)
    throw Error(ErrorKind::usage, fmt::format("{} programs at once", count), {},
                fmt::format("at most {}", kMostPrograms));
  for (std::size_t i = 0; i < count; ++i) {
    Process::LineHandler on_stderr;
    if (options.on_stderr)
      on_stderr = [say = options.on_stderr, i](std::string_view line) { say(i, line); };
    auto process = std::make_unique<Process>(command, std::move(on_stderr));
    const pid_t id = process->id();
    programs_.push_back({std::move(process), id, 0, {}, {}});
  }
  for (std::size_t i = 0; i < count; ++i) guarded(i, [&] { send(i, R"({"command":"spaces"})"); });
  for (std::size_t i = 0; i < count; ++i) read_spaces_of(i);
  seen_ = base::AlignedArray<float>(count * spaces_.low.size());
}

// Closes the input of all programs before it waits for the first.
Programs::~Programs() {
  for (Program& program : programs_) program.process->close_input();
  const auto until = Process::Clock::now() + std::chrono::seconds(1);
  for (Program& program : programs_)
    program.process->finish(program.broken.empty() ? until : Process::Clock::now());
}

// Adds the program and its question to an error. A program with an error is not asked again, as its
// answers would no longer match the questions.
template <class Work>
void Programs::guarded(std::size_t i, const Work& work) {
  Program& program = programs_[i];
  if (!program.broken.empty())
    throw Error(ErrorKind::machine, program.broken, {}, "start the environments again");
  try {
    work();
  } catch (const Error& error) {
    program.broken = error.problem();
    constexpr std::size_t kShown = 120;
    throw Error(ErrorKind::machine, error.problem(),
                fmt::format("environment {} (process {}, `{}`), answer {}, to {}", i, program.id,
                            command_, program.messages, program.asked.substr(0, kShown)),
                error.remedy().empty()
                    ? "run the program in a terminal and type the question (docs/environments.md)"
                    : error.remedy());
  }
}

void Programs::send(std::size_t i, std::string message) {
  Program& program = programs_[i];
  ++program.messages;
  program.asked = std::move(message);
  program.process->send(program.asked, Process::Clock::now() + limit_);
}

void Programs::read_spaces_of(std::size_t i) {
  guarded(i, [&] {
    const auto answer = read_answer(programs_[i].process->receive(Process::Clock::now() + limit_));
    const Spaces spaces = read_spaces(answer);
    try {
      check_spaces(spaces, {});
    } catch (const Error& error) {
      throw Error(ErrorKind::machine, error.problem(), {}, error.remedy());
    }
    const std::size_t state_size = read_state_size(answer);
    if (i > 0 && (!same(spaces, spaces_) || state_size != state_size_))
      throw Error(ErrorKind::machine,
                  "the spaces of this program differ from those of the first one");
    spaces_ = spaces;
    state_size_ = state_size;
  });
}

void Programs::begin(std::size_t i, Rng& rng) {
  guarded(i, [&] {
    send(i, fmt::format(R"({{"command":"reset","seed":{}}})", rng.next()));
    const auto answer = read_answer(programs_[i].process->receive(Process::Clock::now() + limit_));
    read_numbers(answer, "observation", seen(i));
  });
}

std::string Programs::action_of(std::size_t i, const Actions& actions) const {
  if (spaces_.choices > 0) return fmt::format("{}", actions.choices[i]);
  std::vector<float> values(spaces_.actions());
  for (std::size_t j = 0; j < values.size(); ++j)
    values[j] = std::clamp(actions.values[i * actions.stride + j], spaces_.action_low[j],
                           spaces_.action_high[j]);
  return fmt::format("[{}]", fmt::join(values, ","));
}

void Programs::advance(Range range, const Actions& actions, const Outcomes& outcomes,
                       EpisodeRngs&) {
  for (std::size_t i = range.begin; i < range.end; ++i)
    guarded(i, [&] {
      send(i, fmt::format(R"({{"command":"step","action":{}}})", action_of(i, actions)));
    });
  for (std::size_t i = range.begin; i < range.end; ++i)
    guarded(i, [&] {
      const auto answer =
          read_answer(programs_[i].process->receive(Process::Clock::now() + limit_));
      read_numbers(answer, "observation", seen(i));
      const Outcome outcome = read_outcome(answer);
      outcomes.rewards[i] = outcome.reward;
      outcomes.terminated[i] = outcome.terminated;
      outcomes.truncated[i] = outcome.truncated;
    });
}

void Programs::observe(Range range, ObservationRows rows) const {
  const std::size_t values = spaces_.low.size();
  for (std::size_t i = range.begin; i < range.end; ++i)
    std::copy_n(seen_.data() + i * values, values, rows.row(i));
}

void Programs::get_state(std::size_t i, double* state) {
  guarded(i, [&] {
    send(i, R"({"command":"save"})");
    read_numbers(read_answer(programs_[i].process->receive(Process::Clock::now() + limit_)),
                 "state", std::span(state, state_size_));
  });
}

bool Programs::set_state(std::size_t i, const double* state) {
  guarded(i, [&] {
    send(i, fmt::format(R"({{"command":"restore","state":[{}]}})",
                        fmt::join(state, state + state_size_, ",")));
    read_numbers(read_answer(programs_[i].process->receive(Process::Clock::now() + limit_)),
                 "observation", seen(i));
  });
  return true;
}

}  // namespace environments

Environments Environments::run(const std::string& command, const EnvironmentOptions& options,
                               const ProgramOptions& program) {
  auto programs = std::make_unique<environments::Programs>(
      command, std::max<std::size_t>(options.count, 1), program);
  const Spaces spaces = programs->spaces();
  environments::check_options(options, spaces);
  return Environments(
      std::make_unique<environments::Engine>(command, spaces, std::move(programs), options));
}

}  // namespace lithe
