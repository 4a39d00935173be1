#include "options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "base/nearest.h"
#include "lithe/error.h"

namespace lithe::app {

namespace {

template <typename Value>
struct is_vector : std::false_type {};
template <typename Value>
struct is_vector<std::vector<Value>> : std::true_type {};

// False where the text is no such value, from its beginning to its end.
bool read(const std::string& text, std::string& value) {
  value = text;
  return true;
}
bool read(const std::string& text, std::filesystem::path& value) {
  value = text;
  return true;
}
template <typename Number>
  requires std::is_arithmetic_v<Number>
bool read(const std::string& text, Number& value) {
  // 010 is eight to some and ten to others.
  if (std::is_integral_v<Number> && text.size() > 1 && text.front() == '0') return false;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && stop == text.data() + text.size();
}
bool read(const std::string& text, bool& value) {
  value = text == "true";
  return value || text == "false";
}
bool read(const std::string& text, std::optional<std::int32_t>& value) {
  return read(text, value.emplace());
}

std::string print(const std::string& value) { return value; }
std::string print(const std::filesystem::path& value) { return value.string(); }
std::string print(bool value) { return value ? "true" : "false"; }
template <typename Number>
  requires std::is_arithmetic_v<Number>
std::string print(Number value) {
  return fmt::format("{}", value);
}
std::string print(const std::optional<std::int32_t>& value) {
  return value ? fmt::format("{}", *value) : "";
}
template <typename Value>
std::string print(const std::vector<Value>& values) {
  return fmt::format("{}", fmt::join(values, ","));
}

bool lies_in(const std::optional<Range>& range, double value) {
  return !range || (value >= range->low && value <= range->high);
}
template <typename Value>
bool fits(const std::optional<Range>& range, const Value& value) {
  if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>)
    return lies_in(range, static_cast<double>(value));
  else
    return true;
}

std::vector<std::string> split(const std::vector<std::string>& texts, char at) {
  std::vector<std::string> parts;
  for (const std::string& text : texts)
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t to = std::min(text.find(at, from), text.size());
      parts.push_back(text.substr(from, to - from));
      from = to + 1;
    }
  return parts;
}

[[noreturn]] void refuse(const Option& option, const std::string& text, const std::string& where) {
  if (!option.allowed.empty()) {
    const std::string near = base::nearest(text, option.allowed);
    throw Error(ErrorKind::usage, fmt::format("'{:.60}' is not a value of this option", text),
                where,
                near.empty() ? fmt::format("one of {}", fmt::join(option.allowed, ", ")) : near);
  }
  throw Error(ErrorKind::usage, fmt::format("'{:.60}' does not fit", text), where,
              option.expectation());
}

}  // namespace

bool Option::is_list() const {
  return std::visit(
      [](auto* variable) { return is_vector<std::remove_pointer_t<decltype(variable)>>::value; },
      target);
}

std::string Option::print_value() const {
  return std::visit([](const auto* variable) { return print(*variable); }, target);
}

std::string Option::expectation() const {
  if (!allowed.empty()) return fmt::format("one of {}", fmt::join(allowed, ", "));
  const bool real = std::holds_alternative<double*>(target) ||
                    std::holds_alternative<std::vector<double>*>(target);
  if (!real && std::get_if<std::uint64_t*>(&target) == nullptr &&
      std::get_if<std::int32_t*>(&target) == nullptr &&
      std::get_if<std::optional<std::int32_t>*>(&target) == nullptr)
    return "";
  const std::string kind = real ? "a number" : "a whole number";
  constexpr double kNoLimit = 4e9;  // a bound that nobody meets is not worth a word
  if (range && range->high < kNoLimit)
    return fmt::format("{} from {} to {}", kind, range->low, range->high);
  if (range) return fmt::format("{}, {} or more", kind, range->low);
  return std::holds_alternative<std::uint64_t*>(target) ? kind + ", 0 or more" : kind;
}

void Option::assign(const std::vector<std::string>& texts, const std::string& where) {
  const std::vector<std::string> parts = comma_separated ? split(texts, ',') : texts;
  const auto one = [&](const std::string& text, auto& value) {
    const bool is_allowed = allowed.empty() || std::ranges::find(allowed, text) != allowed.end();
    if (!is_allowed || !read(text, value) || !fits(range, value)) refuse(*this, text, where);
  };
  std::visit(
      [&](auto* variable) {
        using Variable = std::remove_pointer_t<decltype(variable)>;
        if constexpr (is_vector<Variable>::value) {
          variable->clear();
          for (const std::string& text : parts) one(text, variable->emplace_back());
        } else if (parts.size() == 1) {
          one(parts.front(), *variable);
        } else {  // of a recipe: an empty list, or a list where one value belongs
          refuse(*this, fmt::format("[{}]", fmt::join(parts, ", ")), where);
        }
      },
      target);
}

Option* Options::add_option(const std::string& names, Target target, std::string help) {
  Option& option = options_.emplace_back();
  option.names = split({names}, ',');
  option.help = std::move(help);
  option.target = target;
  option.takes_several = option.is_positional() && option.is_list();
  return &option;
}

Options* Options::add_subcommand(const std::string& name, std::string description) {
  return &subcommands_.emplace_back(std::move(description), name_ + " " + name);
}

std::vector<GivenOption> Options::given() const {
  std::vector<GivenOption> result;
  for (const Option& option : options_)
    if (option.count > 0) result.push_back({option.name(), option.given});
  return result;
}

std::vector<std::string> Options::changes() const {
  std::vector<std::string> result;
  for (const GivenOption& before : earlier_)
    for (const Option& option : options_)
      if (option.name() == before.name && option.given != before.values)
        result.push_back(fmt::format("{} {} ({} before)", option.name(),
                                     fmt::join(option.given, " "), fmt::join(before.values, " ")));
  return result;
}

void Options::leave_to_recipes(const std::vector<std::string>& names) {
  for (Option& option : options_)
    if (std::ranges::find(names, option.name()) != names.end())
      option.only_of_recipes = option.is_hidden = true;
}

Option* Options::find(const std::string& name) {
  for (Option& option : options_)
    if (!option.only_of_recipes && std::ranges::find(option.names, name) != option.names.end())
      return &option;
  return nullptr;
}

Option* Options::find_key(const std::string& key) {
  for (Option& option : options_)
    if (option.only_of_recipes && option.name() == "--" + key) return &option;
  return find("--" + key);
}

}  // namespace lithe::app
