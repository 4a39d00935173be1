// An environment as a server, as other programs are to Lithe (programs.h).

#include <fmt/format.h>

#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

#include "base/json_depth.h"
#include "environments/protocol.h"
#include "lithe/environment.h"
#include "lithe/error.h"

namespace lithe {

namespace {

[[noreturn]] void refuse(const std::string& problem) { throw Error(ErrorKind::usage, problem); }

class Server {
 public:
  Server(const std::string& sentence, std::uint64_t seed)
      : sentence_(sentence),
        environment_(Environments::make(sentence, {.count = 1, .seed = seed})),
        observation_(environment_.spaces().low.size()),
        final_(observation_.size()),
        values_(environment_.spaces().actions()) {
    environment_.reset(rows(observation_));
  }

  nlohmann::json answer(const std::string& line) {
    if (base::nests_too_deep(line)) refuse("the question is nested too deep");
    const nlohmann::json question = nlohmann::json::parse(line, nullptr, false);
    if (!question.is_object() || !question.contains("command") || !question["command"].is_string())
      refuse("a question is an object with \"command\"");
    const auto command = question["command"].get<std::string>();
    if (command == "spaces")
      return environments::write_spaces(environment_.spaces(), environment_.state(0).size());
    if (command == "reset") return reset(question);
    if (command == "step") return step(question);
    if (command == "save") return {{"state", environment_.state(0)}};
    if (command == "restore") return restore(question);
    refuse(fmt::format("there is no command '{}'", command.substr(0, 40)));
  }

 private:
  static ObservationRows rows(std::vector<float>& values) { return {values.data(), values.size()}; }

  // Without a seed, the next episode of the same seed.
  nlohmann::json reset(const nlohmann::json& question) {
    if (question.contains("seed")) {
      if (!question["seed"].is_number_unsigned()) refuse("\"seed\" is a whole number, 0 or more");
      environment_ = Environments::make(
          sentence_, {.count = 1, .seed = question["seed"].get<std::uint64_t>()});
    }
    environment_.reset(rows(observation_));
    over_ = false;
    return {{"observation", observation_}};
  }

  nlohmann::json step(const nlohmann::json& question) {
    if (over_) refuse("the episode is over: reset");
    read_action(question);
    float reward = 0;
    std::uint8_t terminated = 0, truncated = 0;
    environment_.step({&choice_, values_.data(), values_.size()},
                      {rows(observation_), &reward, &terminated, &truncated, rows(final_)});
    over_ = (terminated | truncated) != 0;
    return {{"observation", over_ ? final_ : observation_},
            {"reward", reward},
            {"terminated", terminated != 0},
            {"truncated", truncated != 0}};
  }

  void read_action(const nlohmann::json& question) {
    const auto action = question.find("action");
    if (action == question.end()) refuse("a step needs an \"action\"");
    const std::size_t choices = environment_.spaces().choices;
    if (choices == 0) return environments::read_numbers(question, "action", std::span(values_));
    const bool fits = action->is_number_unsigned() && action->get<std::uint64_t>() < choices;
    if (!fits) refuse(fmt::format("\"action\" is a whole number from 0 to {}", choices - 1));
    choice_ = action->get<std::int32_t>();
  }

  nlohmann::json restore(const nlohmann::json& question) {
    std::vector<double> state(environment_.state(0).size());
    environments::read_numbers(question, "state", std::span(state));
    environment_.set_state(0, state);
    environment_.observe(rows(observation_));
    over_ = false;
    return {{"observation", observation_}};
  }

  std::string sentence_;
  Environments environment_;
  std::vector<float> observation_, final_, values_;
  std::int32_t choice_ = 0;
  bool over_ = false;
};

constexpr std::size_t kLongestQuestion = std::size_t{1} << 20;

// A line, of which no more is kept than shows that it is too long. False at the end of the input.
bool read_line(std::istream& from, std::string& line) {
  line.clear();
  std::streambuf& bytes = *from.rdbuf();
  for (;;) {
    const int byte = bytes.sbumpc();
    if (byte == std::char_traits<char>::eof()) {
      if (line.empty()) from.setstate(std::ios::eofbit | std::ios::failbit);
      return !line.empty();
    }
    if (byte == '\n') return true;
    if (line.size() <= kLongestQuestion) line.push_back(static_cast<char>(byte));
  }
}

}  // namespace

void serve_environment(const std::string& sentence, std::uint64_t seed, std::istream& questions,
                       std::ostream& answers) {
  Server server(sentence, seed);
  for (std::string line; read_line(questions, line);) {
    nlohmann::json answer;
    try {
      if (line.size() > kLongestQuestion)
        refuse(fmt::format("a question is longer than {} MiB", kLongestQuestion >> 20));
      answer = server.answer(line);
    } catch (const Error& error) {
      answer = {{"error", error.problem()}};
    }
    // A question may have been cut within a character.
    if (!(answers << answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                  << std::endl))
      return;
  }
}

}  // namespace lithe
