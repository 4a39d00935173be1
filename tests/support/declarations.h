// What every component of a category must be: named once, explained, and read and printed by its
// declaration. Tests of a folder call check_declarations for what the folder declares.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "lithe/error.h"
#include "network/bind.h"
#include "network/declaration.h"

namespace lithe::test {

using network::Argument;
using network::Catalogue;
using network::Category;
using network::Declaration;
using network::Type;

inline bool takes_number(const Argument& argument) {
  return argument.type == Type::number || argument.type == Type::integer ||
         argument.type == Type::number_or_component;
}

// A declaration with its category, as `cosine(lr=0.1, end=0)`.
struct Declared {
  const Catalogue& catalogue;
  Category category;
  const Declaration& declaration;

  // Something that each argument without a default accepts.
  std::string required() const {
    std::string text;
    for (const Argument& argument : declaration.arguments)
      if (argument.fallback.empty())
        text += (text.empty() ? "" : ", ") + argument.name + "=" + example(argument);
    return text;
  }
  // The component with one argument given, and all others that must be.
  std::string with(const std::string& name, const std::string& value) const {
    std::string text = declaration.name + "(" + name + "=" + value;
    for (const Argument& argument : declaration.arguments)
      if (argument.fallback.empty() && argument.name != name)
        text += ", " + argument.name + "=" + example(argument);
    return text + ")";
  }
  std::string bare() const {
    const std::string given = required();
    return given.empty() ? declaration.name : declaration.name + "(" + given + ")";
  }
  Component read(const std::string& text) const {
    return network::read_component(text, category, catalogue);
  }
  std::string print(const Component& component) const {
    return network::print(component, category, catalogue);
  }

 private:
  static std::string example(const Argument& argument) {
    if (argument.type == Type::shape) return "3x3";
    if (argument.type == Type::network || argument.type == Type::networks) return "dense(4)";
    return number(std::clamp(1.0, argument.low, argument.high));
  }

 public:
  static std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
  }
};

inline void check_help(const Declared& d) {
  EXPECT_FALSE(d.declaration.help.empty());
  for (const Argument& argument : d.declaration.arguments)
    EXPECT_FALSE(argument.help.empty()) << argument.name;
}

inline void check_round_trip(const Declared& d, const std::string& text) {
  SCOPED_TRACE(text);
  const Component component = d.read(text);
  EXPECT_EQ(component.name, d.declaration.name);
  EXPECT_EQ(component.arguments.size(), d.declaration.arguments.size());
  EXPECT_EQ(d.read(d.print(component)), component) << d.print(component);
}

// A value that an argument must refuse, with an error that names it and points at the value.
inline void check_refused(const Declared& d, const Argument& argument, const std::string& value) {
  const std::string text = d.with(argument.name, value);
  SCOPED_TRACE(text);
  try {
    d.read(text);
    ADD_FAILURE() << "this was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::sentence);
    EXPECT_NE(error.problem().find(argument.name), std::string::npos) << error.problem();
    EXPECT_NE(error.where().find('^'), std::string::npos) << error.where();
  }
}

// Both ends of an argument's range are accepted, and what lies beyond them is not.
inline void check_range(const Declared& d, const Argument& argument) {
  constexpr double kMost = std::numeric_limits<double>::max();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  ASSERT_LT(argument.low, argument.high) << argument.name;
  if (argument.low > -kMost) {
    const std::string low = Declared::number(argument.low);
    if (argument.low_open)
      check_refused(d, argument, low);
    else
      check_round_trip(d, d.with(argument.name, low));
    check_refused(d, argument, Declared::number(std::nextafter(argument.low, -kInfinity)));
  }
  if (argument.high < kMost) {
    check_round_trip(d, d.with(argument.name, Declared::number(argument.high)));
    check_refused(d, argument, Declared::number(std::nextafter(argument.high, kInfinity)));
  }
  // Where a component may stand, a word is the name of one.
  if (argument.type != Type::number_or_component) check_refused(d, argument, "nan");
}

inline void check_declaration(const Declared& d) {
  SCOPED_TRACE(std::string(network::name(d.category)) + " " + d.declaration.name);
  check_help(d);
  check_round_trip(d, d.bare());
  EXPECT_EQ(d.print(d.read(d.bare())).find("="), std::string::npos) << "a default is printed";
  for (const Argument& argument : d.declaration.arguments)
    if (takes_number(argument)) check_range(d, argument);
}

inline void check_declarations(const Catalogue& catalogue, Category category) {
  std::set<std::string> names;
  for (const Catalogue::Entry& entry : catalogue.entries) {
    if (entry.category != category) continue;
    EXPECT_TRUE(names.insert(entry.declaration.name).second)
        << "two are called " << entry.declaration.name;
    check_declaration({catalogue, category, entry.declaration});
  }
  EXPECT_FALSE(names.empty());
}

}  // namespace lithe::test
