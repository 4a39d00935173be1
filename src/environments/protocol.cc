#include "environments/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_depth.h"
#include "lithe/error.h"

namespace lithe::environments {

using nlohmann::json;

namespace {

constexpr double kMostValues = 1 << 20;

[[noreturn]] void fail(const std::string& problem, const std::string& remedy = {}) {
  throw Error(ErrorKind::machine, problem, {}, remedy);
}

std::string shortened(std::string_view line) {
  constexpr std::size_t kShown = 80;
  std::string result;
  for (const char c : line.substr(0, kShown))
    result += static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~' ? '?' : c;
  return line.size() > kShown ? result + "..." : result;
}

const json& member(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) fail(fmt::format("the answer has no \"{}\"", key));
  return *found;
}

std::size_t read_count(const json& value, const char* key) {
  const double number = value.is_number() ? value.get<double>() : -1;
  if (!(number >= 0) || number > 1e9 || number != std::floor(number))
    fail(fmt::format("\"{}\" must be a whole number, 0 or more", key));
  return static_cast<std::size_t>(number);
}

template <typename T>
T read_number(const json& value, const char* key, std::size_t place) {
  const double number =
      value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
  constexpr double kMost = static_cast<double>(std::numeric_limits<T>::max());
  if (!(std::abs(number) <= kMost))
    fail(fmt::format("value {} of \"{}\" is {}, {}", place, key,
                     shortened(value.dump(-1, ' ', true, json::error_handler_t::replace)),
                     std::isnan(number) ? "not a number" : fmt::format("beyond {:.2g}", kMost)));
  return static_cast<T>(number);
}

template <typename T>
void read_list(const json& answer, const char* key, std::span<T> numbers) {
  const json& list = member(answer, key);
  if (!list.is_array()) fail(fmt::format("\"{}\" must be a list of numbers", key));
  if (list.size() != numbers.size())
    fail(fmt::format("\"{}\" has {} values, not {}", key, list.size(), numbers.size()));
  for (std::size_t j = 0; j < numbers.size(); ++j) numbers[j] = read_number<T>(list[j], key, j);
}

// A list of bounds. No bounds are given by null, for one value or for the whole list.
std::vector<float> read_bounds(const json& box, const char* key, std::size_t count, float none) {
  std::vector<float> result(count, none);
  const auto found = box.find(key);
  if (found == box.end() || found->is_null()) return result;
  if (!found->is_array() || found->size() != count)
    fail(fmt::format("\"{}\" must be a list of {} numbers", key, count));
  for (std::size_t j = 0; j < count; ++j)
    if (!(*found)[j].is_null()) result[j] = read_number<float>((*found)[j], key, j);
  return result;
}

bool read_flag(const json& answer, const char* key, bool needed) {
  const auto found = answer.find(key);
  if (found == answer.end() && !needed) return false;
  if (found == answer.end() || !found->is_boolean())
    fail(fmt::format("\"{}\" must be true or false", key));
  return found->get<bool>();
}

void read_action_space(const json& action, Spaces& spaces) {
  if (!action.is_object()) fail("\"action\" must be an object");
  if (action.contains("n")) {
    spaces.choices = read_count(action["n"], "n");
    return;
  }
  const json& low = member(action, "low");
  if (!low.is_array()) fail("\"low\" of the action must be a list of numbers");
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  spaces.action_low = read_bounds(action, "low", low.size(), -kInfinite);
  spaces.action_high = read_bounds(action, "high", low.size(), kInfinite);
}

json write_bounds(const std::vector<float>& bounds) {
  json result = json::array();
  for (const float bound : bounds)
    result.push_back(std::isfinite(bound) ? json(static_cast<double>(bound)) : json());
  return result;
}

}  // namespace

json read_answer(std::string_view line) {
  if (base::nests_too_deep(line)) fail("the answer is nested too deep");
  json answer = json::parse(line, nullptr, false);
  if (answer.is_discarded()) {
    const bool odd = line.find("NaN") != std::string_view::npos ||
                     line.find("Infinity") != std::string_view::npos;
    fail(fmt::format("the answer is not JSON: {}", shortened(line)),
         odd ? "finite numbers: JSON has neither NaN nor Infinity"
             : "print only answers to standard output, one on each line, and flush it; print "
               "everything "
               "else to standard error");
  }
  if (!answer.is_object()) fail(fmt::format("the answer is not an object: {}", shortened(line)));
  if (const auto error = answer.find("error"); error != answer.end())
    fail(fmt::format("the program says: {}",
                     shortened(error->is_string() ? error->get<std::string>() : error->dump())));
  return answer;
}

Spaces read_spaces(const json& answer) {
  Spaces spaces;
  const json& observation = member(answer, "observation");
  if (!observation.is_object()) fail("\"observation\" must be an object");
  const json& shape = member(observation, "shape");
  if (!shape.is_array() || shape.empty() || shape.size() > 4)
    fail("\"shape\" must be a list of one to four sizes");
  double values = 1;
  for (const json& size : shape) {
    spaces.observation.sizes.push_back(read_count(size, "shape"));
    values *= static_cast<double>(spaces.observation.sizes.back());
  }
  if (values < 1 || values > kMostValues)
    fail(fmt::format("the observation has the shape {}", spaces.observation.to_string()),
         fmt::format("1 to {} values in all", kMostValues));
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  const auto count = static_cast<std::size_t>(values);
  spaces.low = read_bounds(observation, "low", count, -kInfinite);
  spaces.high = read_bounds(observation, "high", count, kInfinite);
  read_action_space(member(answer, "action"), spaces);
  if (answer.contains("step_limit"))
    spaces.step_limit = read_count(answer["step_limit"], "step_limit");
  return spaces;
}

std::size_t read_state_size(const json& answer) {
  const std::size_t size =
      answer.contains("state_size") ? read_count(answer["state_size"], "state_size") : 0;
  if (static_cast<double>(size) > kMostValues)
    fail(fmt::format("a state of {} values", size), fmt::format("at most {}", kMostValues));
  return size;
}

void read_numbers(const json& answer, const char* key, std::span<float> numbers) {
  read_list(answer, key, numbers);
}
void read_numbers(const json& answer, const char* key, std::span<double> numbers) {
  read_list(answer, key, numbers);
}

Outcome read_outcome(const json& answer) {
  return {.reward = read_number<float>(member(answer, "reward"), "reward", 0),
          .terminated = read_flag(answer, "terminated", true),
          .truncated = read_flag(answer, "truncated", false)};
}

json write_spaces(const Spaces& spaces, std::size_t state_size) {
  json action;
  if (spaces.choices > 0)
    action = {{"n", spaces.choices}};
  else
    action = {{"low", write_bounds(spaces.action_low)}, {"high", write_bounds(spaces.action_high)}};
  return {{"observation",
           {{"shape", spaces.observation.sizes},
            {"low", write_bounds(spaces.low)},
            {"high", write_bounds(spaces.high)}}},
          {"action", action},
          {"step_limit", spaces.step_limit},
          {"state_size", state_size}};
}

}  // namespace lithe::environments
