// The values of a parameter: how they are written, and which one stands where.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "lithe/error.h"
#include "lithe/sweep.h"

namespace lithe {

namespace {

constexpr std::size_t kMostValues = 1'000'000;
constexpr double kLargestInteger = 1e15;
constexpr const char* kExamples =
    "units=16,32,64 or rate=1e-4..1e-1:log or units=8..256 or share=0..0.5:step=0.1";

[[noreturn]] void refuse(const std::string& problem, const std::string& where,
                         const std::string& remedy = kExamples) {
  throw Error(ErrorKind::usage, problem, "--try " + where, remedy);
}

bool is_name(std::string_view text) {
  const auto begins = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
  };
  const auto goes_on = [&](char c) { return begins(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && begins(text.front()) && std::ranges::all_of(text, goes_on);
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

// 16, but not 16.0 or 1e2.
bool is_written_whole(std::string_view text) {
  return text.find_first_not_of("0123456789-") == text.npos;
}

std::string number_text(double value, bool whole) {
  if (whole) return fmt::format("{:.0f}", value);
  return fmt::format("{:.6g}", value == 0 ? 0.0 : value);  // never -0
}

// Where the element that begins at `from` ends: at a comma outside of parentheses.
std::size_t end_of_element(const std::string& list, std::size_t from) {
  int depth = 0;
  for (std::size_t at = from; at < list.size(); ++at) {
    if (list[at] == '(') ++depth;
    if (list[at] == ')') --depth;
    if (list[at] == ',' && depth <= 0) return at;
  }
  return list.size();
}

std::vector<std::string> elements_of(const std::string& list, const std::string& where) {
  std::vector<std::string> elements;
  for (std::size_t at = 0; at <= list.size(); ++at) {
    std::string element;
    if (at < list.size() && list[at] == '"') {
      const std::size_t close = list.find('"', at + 1);
      if (close == list.npos) refuse("a quote is not closed", where, "\" at its end");
      element = list.substr(at + 1, close - at - 1);
      at = close + 1;
      if (at < list.size() && list[at] != ',')
        refuse("something follows a quoted value", where, "a comma behind it");
    } else {
      const std::size_t end = end_of_element(list, at);
      element = std::string(base::trim(std::string_view(list).substr(at, end - at)));
      at = end;
    }
    if (element.empty()) refuse("a value is empty", where);
    if (std::ranges::find(elements, element) != elements.end())
      refuse(fmt::format("'{:.60}' stands there twice", element), where, "each value once");
    elements.push_back(std::move(element));
  }
  return elements;
}

struct Marks {
  bool logarithmic = false, whole = false;
  std::optional<double> step, points;
};

Marks marks_of(std::string_view text, const std::string& where) {
  Marks marks;
  while (!text.empty()) {
    const std::string_view mark = base::take_until(text, ',');
    const std::size_t sign = std::min(mark.find('='), mark.size());
    const std::string_view key = mark.substr(0, sign);
    const auto value = sign < mark.size() ? number_in(mark.substr(sign + 1)) : std::nullopt;
    if (mark == "log")
      marks.logarithmic = true;
    else if (mark == "int")
      marks.whole = true;
    else if (key == "step" && value && *value > 0)
      marks.step = value;
    else if (key == "points" && value && *value >= 2 && *value == std::floor(*value))
      marks.points = value;
    else
      refuse(fmt::format("'{:.60}' says nothing of a range", mark), where,
             "log, int, step=0.1 or points=5");
  }
  return marks;
}

void check_range(const SweepParameter& p, const Marks& marks, const std::string& where) {
  const bool whole = p.kind == SweepParameter::Kind::integer;
  if (!(p.low < p.high)) refuse("the range has no width", where, "the lower end first");
  if (p.logarithmic && !(p.low > 0))
    refuse("a logarithmic range begins at 0 or below", where, "an end above 0");
  if (p.logarithmic && marks.step)
    refuse("steps, and a logarithmic range", where, "points=5 in the place of the step");
  if (marks.step && marks.points) refuse("a step, and a number of points", where, "one of them");
  if (!whole) return;
  for (const double end : {p.low, p.high, marks.step.value_or(1)})
    if (end != std::floor(end) || std::abs(end) > kLargestInteger)
      refuse(fmt::format("'{}' is no whole number", end), where);
}

// Turns the range into the list of that many of its values.
void take_points(SweepParameter& p, std::size_t points) {
  if (points > kMostValues) refuse("too many points", p.name + "=" + p.text, "fewer points");
  const bool whole = p.kind == SweepParameter::Kind::integer;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(points - 1);
    const double value =
        p.logarithmic ? p.low * std::pow(p.high / p.low, share) : p.low + (p.high - p.low) * share;
    std::string text = number_text(whole ? std::round(value) : value, whole);
    if (values.empty() || values.back() != text) values.push_back(std::move(text));
  }
  p.kind = SweepParameter::Kind::choice;
  p.choices = std::move(values);
}

// False where the text is no range but a list.
bool read_range(SweepParameter& p) {
  const std::string where = p.name + "=" + p.text;
  const std::size_t dots = p.text.find("..");
  if (dots == p.text.npos) return false;
  const std::string low(p.text, 0, dots);
  const auto from = number_in(low);
  if (!from) return false;
  const std::size_t colon = std::min(p.text.find(':', dots), p.text.size());
  const std::string high(p.text, dots + 2, colon - dots - 2);
  const auto to = number_in(high);
  if (!to) refuse(fmt::format("'{:.60}' is no number", high), where);
  const Marks marks =
      marks_of(std::string_view(p.text).substr(std::min(colon + 1, p.text.size())), where);
  const bool whole_step = !marks.step || *marks.step == std::floor(*marks.step);
  p.low = *from, p.high = *to, p.logarithmic = marks.logarithmic;
  p.kind = marks.whole || (is_written_whole(low) && is_written_whole(high) && whole_step)
               ? SweepParameter::Kind::integer
               : SweepParameter::Kind::real;
  check_range(p, marks, where);
  p.step = marks.step.value_or(p.kind == SweepParameter::Kind::integer ? 1 : 0);
  if (marks.points) take_points(p, static_cast<std::size_t>(std::min(*marks.points, 1e9)));
  return true;
}

}  // namespace

SweepParameter SweepParameter::parse(const std::string& text) {
  SweepParameter result;
  const std::size_t sign = std::min(text.find('='), text.size());
  result.name = std::string(base::trim(std::string_view(text).substr(0, sign)));
  if (sign == text.size() || !is_name(result.name))
    refuse(fmt::format("'{:.60}' does not say what is tried", text), text.substr(0, 60));
  result.text = std::string(base::trim(std::string_view(text).substr(sign + 1)));
  if (!read_range(result))
    result.choices = elements_of(result.text, result.name + "=" + result.text);
  return result;
}

std::size_t SweepParameter::count() const {
  if (kind == Kind::choice) return choices.size();
  if (step == 0) return 0;
  // A step of 0.1 that is not quite a tenth of the range still reaches its end.
  const double steps = std::floor((high - low) / step + 1e-9) + 1;
  return static_cast<std::size_t>(std::min(steps, 9e15));
}

std::string SweepParameter::value(std::size_t index) const {
  if (kind == Kind::choice) return choices.at(index);
  return number_text(low + step * static_cast<double>(index), kind == Kind::integer);
}

std::string SweepParameter::value_at(double place) const {
  if (const std::size_t all = count(); all > 0 && !logarithmic) {
    const auto index = static_cast<std::size_t>(place * static_cast<double>(all));
    return value(std::min(index, all - 1));
  }
  if (kind == Kind::choice)
    return choices[std::min(static_cast<std::size_t>(place * static_cast<double>(choices.size())),
                            choices.size() - 1)];
  if (kind == Kind::integer) {  // each number has the share from half below it to half above it
    const double from = std::log(low - 0.5), to = std::log(high + 0.5);
    const double drawn = std::round(std::exp(from + (to - from) * place));
    return number_text(std::clamp(drawn, low, high), true);
  }
  const double drawn = logarithmic ? low * std::pow(high / low, place) : low + (high - low) * place;
  return number_text(std::clamp(drawn, low, high), false);
}

double SweepParameter::place_of(const std::string& written) const {
  if (kind == Kind::choice) {
    const auto found = std::ranges::find(choices, written);
    const double index = static_cast<double>(found - choices.begin());
    return std::min(1.0, (index + 0.5) / static_cast<double>(choices.size()));
  }
  const double value = number_in(written).value_or(low);
  double place = 0;
  if (logarithmic) {
    const double half = kind == Kind::integer ? 0.5 : 0;
    place = std::log(value / (low - half)) / std::log((high + half) / (low - half));
  } else if (step > 0) {
    place = (std::round((value - low) / step) + 0.5) / static_cast<double>(count());
  } else {
    place = (value - low) / (high - low);
  }
  return std::clamp(place, 0.0, 1.0);
}

}  // namespace lithe
