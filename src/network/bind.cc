#include "network/bind.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/nearest.h"
#include "lithe/error.h"
#include "network/syntax.h"

namespace lithe::network {

namespace {

[[noreturn]] void fail_missing(std::string_view text, Place place, const Declaration& declaration,
                               const Argument& argument) {
  fail(text, place, fmt::format("{} needs its argument '{}'", declaration.name, argument.name),
       describe(declaration));
}

// A name as an error shows it: nobody reads more of it.
std::string shortened(const std::string& text) {
  constexpr std::size_t kShown = 40;
  return text.size() <= kShown ? text : text.substr(0, kShown) + "...";
}

struct Binder {
  std::string_view text;
  const Catalogue& catalogue;

  Sentence sentence(const std::vector<Call>& calls, Category category) const {
    Sentence result;
    for (const Call& call : calls) result.push_back(component(call, category));
    return result;
  }

  Sentence network(const std::vector<Call>& calls) const {
    return sentence(calls, Category::layer);
  }

  Component component(const Call& call, Category category) const {
    const Declaration* declaration = catalogue.find(category, call.name);
    if (declaration == nullptr) {
      const auto names = catalogue.names(category);
      const std::string near = base::nearest(call.name, names);
      fail(text, call.place,
           fmt::format("no {} is called '{}'", name(category), shortened(call.name)),
           near.empty() ? fmt::format("one of {}", fmt::join(names, ", ")) : near);
    }
    std::vector<Given> given(declaration->arguments.size());
    for (std::size_t i = 0; i < call.arguments.size(); ++i) match(call, *declaration, i, given);
    Component result{call.name, {}};
    for (std::size_t i = 0; i < given.size(); ++i) {
      const Argument& argument = declaration->arguments[i];
      if (given[i].empty() && argument.fallback.empty())
        fail_missing(text, call.place, *declaration, argument);
      result.arguments.emplace_back(
          argument.name, given[i].empty() ? default_of(argument) : value(argument, given[i]));
    }
    return result;
  }

  // What was given for an argument: one, or any number of shapes or networks.
  using Given = std::vector<const GivenArgument*>;

  // Finds which declared argument the i-th given one is: the one of its name, or without a name the
  // one at its place among those without names.
  void match(const Call& call, const Declaration& declaration, std::size_t i,
             std::vector<Given>& given) const {
    const auto& all = declaration.arguments;
    const GivenArgument& argument = call.arguments[i];
    std::size_t which = static_cast<std::size_t>(std::count_if(
        call.arguments.begin(), call.arguments.begin() + static_cast<std::ptrdiff_t>(i),
        [](const GivenArgument& a) { return a.key.empty(); }));
    const auto several =
        std::find_if(all.begin(), all.end(), [](const Argument& a) { return is_several(a.type); }) -
        all.begin();
    const bool one_of_several = argument.key.empty() && which >= static_cast<std::size_t>(several);
    if (one_of_several) which = std::min(which, static_cast<std::size_t>(several));
    if (!argument.key.empty()) {
      which = static_cast<std::size_t>(
          std::find_if(all.begin(), all.end(),
                       [&](const Argument& a) { return a.name == argument.key; }) -
          all.begin());
      if (which == all.size()) fail_key(call, declaration, argument);
    } else if (which >= declaration.arguments.size()) {
      fail(text, argument.place,
           fmt::format("{} takes {} argument{} and here is one more", call.name,
                       declaration.arguments.size(), declaration.arguments.size() == 1 ? "" : "s"),
           describe(declaration));
    }
    if (!given[which].empty() && !(one_of_several && given[which].front()->key.empty()))
      fail(text, argument.place,
           fmt::format("'{}' is given twice", declaration.arguments[which].name));
    given[which].push_back(&argument);
  }

  [[noreturn]] void fail_key(const Call& call, const Declaration& declaration,
                             const GivenArgument& argument) const {
    std::vector<std::string> names;
    for (const Argument& a : declaration.arguments) names.push_back(a.name);
    const std::string near = base::nearest(argument.key, names);
    fail(text, argument.place,
         fmt::format("{} has no argument '{}'", call.name, shortened(argument.key)),
         near.empty() ? describe(declaration) : near);
  }

  Value value(const Argument& argument, const Given& given) const {
    if (argument.type == Type::shapes) return all_of<Shape>(argument, given);
    if (argument.type == Type::networks) return all_of<Sentence>(argument, given);
    return value(argument, given.front()->value);
  }

  template <class T>
  std::vector<T> all_of(const Argument& argument, const Given& given) const {
    std::vector<T> all;
    for (const GivenArgument* each : given)
      all.push_back(std::get<T>(value(argument, each->value)));
    return all;
  }

  Value value(const Argument& argument, const Literal& literal) const {
    const auto* number = std::get_if<double>(&literal.value);
    const auto* calls = std::get_if<std::vector<Call>>(&literal.value);
    const bool either = argument.type == Type::number_or_component;
    if (argument.type == Type::number || argument.type == Type::integer ||
        (either && number != nullptr)) {
      const bool fits = number != nullptr && std::isfinite(*number) && *number <= argument.high &&
                        (argument.low_open ? *number > argument.low : *number >= argument.low) &&
                        (argument.type != Type::integer || *number == std::floor(*number));
      if (fits) return *number;
    } else if (argument.type == Type::shape || argument.type == Type::shapes) {
      if (const auto* shape = std::get_if<Shape>(&literal.value)) return *shape;
      const bool size = number != nullptr && *number >= 1 && *number == std::floor(*number) &&
                        *number <= static_cast<double>(kLargestSize);
      if (size) return Shape{{static_cast<std::size_t>(*number)}};
    } else if (calls != nullptr &&
               (argument.type == Type::network || argument.type == Type::networks)) {
      return network(*calls);
    } else if (calls != nullptr && calls->size() == 1 &&
               (either || argument.type == Type::component)) {
      return component(calls->front(), argument.category);
    }
    fail(text, literal.place,
         fmt::format("{} must be {}", argument.name, describe_range(argument)));
  }

  Value default_of(const Argument& argument) const {
    // A default is a sentence of ours, read like any other; its text is its own place.
    const Call call = parse("default(" + argument.fallback + ")").front();
    return Binder{argument.fallback, catalogue}.value(argument, call.arguments.front().value);
  }
};

struct Printer {
  const Catalogue& catalogue;

  std::string network(const Sentence& sentence) const {
    std::vector<std::string> parts;
    for (const Component& part : sentence) parts.push_back(component(part, Category::layer));
    return fmt::format("{}", fmt::join(parts, " -> "));
  }

  std::string component(const Component& c, Category category) const {
    const Declaration& declaration = *catalogue.find(category, c.name);
    std::vector<std::string> parts;
    bool by_position = true;
    for (std::size_t i = 0; i < c.arguments.size(); ++i) {
      const Argument& argument = declaration.arguments[i];
      const Value& given = c.arguments[i].second;
      if (!argument.fallback.empty() && given == Binder{{}, catalogue}.default_of(argument)) {
        by_position = false;
        continue;
      }
      // A yes or no says nothing without its name.
      by_position = by_position && argument.category != Category::answer;
      parts.push_back(by_position ? value(argument, given)
                                  : argument.name + "=" + value(argument, given));
      by_position = by_position && !is_several(argument.type);
    }
    return parts.empty() ? c.name : fmt::format("{}({})", c.name, fmt::join(parts, ", "));
  }

  std::string value(const Argument& argument, const Value& given) const {
    if (const auto* number = std::get_if<double>(&given)) return fmt::format("{}", *number);
    if (const auto* shape = std::get_if<Shape>(&given)) return shape->to_string();
    if (const auto* shapes = std::get_if<std::vector<Shape>>(&given)) {
      std::vector<std::string> texts;
      for (const Shape& shape : *shapes) texts.push_back(shape.to_string());
      return fmt::format("{}", fmt::join(texts, ", "));
    }
    if (const auto* part = std::get_if<Component>(&given))
      return component(*part, argument.category);
    if (const auto* networks = std::get_if<std::vector<Sentence>>(&given)) {
      std::vector<std::string> texts;
      for (const Sentence& each : *networks) texts.push_back(network(each));
      return fmt::format("{}", fmt::join(texts, ", "));
    }
    return network(std::get<Sentence>(given));
  }
};

}  // namespace

Sentence read_network(std::string_view text, const Catalogue& catalogue) {
  return Binder{text, catalogue}.network(parse(text));
}

Sentence read_sentence(std::string_view text, Category category, const Catalogue& catalogue) {
  return Binder{text, catalogue}.sentence(parse(text), category);
}

Component read_component(std::string_view text, Category category, const Catalogue& catalogue) {
  const std::vector<Call> calls = parse(text);
  if (calls.size() != 1)
    fail(text, calls[1].place, fmt::format("one {} was expected, not a chain", name(category)));
  return Binder{text, catalogue}.component(calls.front(), category);
}

std::string print(const Component& component, Category category, const Catalogue& catalogue) {
  return Printer{catalogue}.component(component, category);
}

std::string print(const Sentence& network, const Catalogue& catalogue) {
  return Printer{catalogue}.network(network);
}

Component make_component(std::string component_name, Category category, const Catalogue& catalogue,
                         std::vector<std::pair<std::string, Value>> given) {
  const Declaration* declaration = catalogue.find(category, component_name);
  if (declaration == nullptr)
    throw Error(ErrorKind::sentence,
                fmt::format("no {} is called '{}'", name(category), component_name));
  for (const auto& [key, ignored] : given)
    if (std::none_of(declaration->arguments.begin(), declaration->arguments.end(),
                     [&key = key](const Argument& a) { return a.name == key; }))
      throw Error(ErrorKind::sentence,
                  fmt::format("{} has no argument '{}'", component_name, shortened(key)), {},
                  describe(*declaration));
  Component result{std::move(component_name), {}};
  for (const Argument& argument : declaration->arguments) {
    const auto found = std::find_if(given.begin(), given.end(),
                                    [&](const auto& g) { return g.first == argument.name; });
    if (found == given.end() && argument.fallback.empty())
      fail_missing(result.name, {0, result.name.size()}, *declaration, argument);
    result.arguments.emplace_back(argument.name, found != given.end()
                                                     ? found->second
                                                     : Binder{{}, catalogue}.default_of(argument));
  }
  // Printed and read again, so that ranges are checked in one place.
  return read_component(print(result, category, catalogue), category, catalogue);
}

}  // namespace lithe::network
