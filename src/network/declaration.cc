#include "network/declaration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lithe::network {

std::string_view name(Category category) {
  switch (category) {
    case Category::layer:
      return "layer";
    case Category::activation:
      return "activation";
    case Category::loss:
      return "loss";
    case Category::optimizer:
      return "optimizer";
    case Category::initializer:
      return "initializer";
    case Category::schedule:
      return "schedule";
    case Category::padding:
      return "padding";
    case Category::algorithm:
      return "algorithm";
    case Category::give:
      return "part of a sequence";
    case Category::mask:
      return "mask";
    case Category::position:
      return "kind of positions";
    case Category::norm_order:
      return "order of the norm";
    case Category::mean:
      return "mean";
    case Category::averaging:
      return "averaging";
    case Category::augmentation:
      return "augmentation";
    case Category::unknown:
      return "out-of-distribution score";
    case Category::environment:
      return "environment";
    case Category::agent:
      return "agent";
    case Category::observation:
      return "observation";
    case Category::answer:
      return "answer";
  }
  return "component";
}

void Catalogue::add(Category category, std::span<const Declaration> declarations) {
  for (const Declaration& declaration : declarations) entries.push_back({category, declaration});
}

const Declaration* Catalogue::find(Category category, std::string_view wanted) const {
  for (const Entry& entry : entries)
    if (entry.category == category && entry.declaration.name == wanted) return &entry.declaration;
  return nullptr;
}

std::vector<std::string> Catalogue::names(Category category) const {
  std::vector<std::string> result;
  for (const Entry& entry : entries)
    if (entry.category == category) result.push_back(entry.declaration.name);
  return result;
}

namespace {

// What a category accepts that has two or three words and no more.
std::string_view choice(Category category) {
  switch (category) {
    case Category::answer:
      return "true or false";
    case Category::give:
      return "last or all";
    case Category::mask:
      return "none or causal";
    case Category::position:
      return "learned or sinusoidal";
    case Category::norm_order:
      return "pre or post";
    case Category::mean:
      return "outputs, softmax or sigmoid";
    default:
      return {};
  }
}

}  // namespace

std::string describe_range(const Argument& a) {
  if (a.type == Type::shape) return "a shape such as 28x28";
  if (a.type == Type::shapes) return "shapes such as 28x28, one or more";
  if (a.type == Type::network) return "a network";
  if (a.type == Type::networks) return "networks, one or more";
  if (a.type == Type::component && !choice(a.category).empty())
    return std::string(choice(a.category));
  if (a.type == Type::component)
    return fmt::format("{} {}", name(a.category) == "layer" ? "a" : "the name of an",
                       name(a.category));
  const std::string what = a.type == Type::integer ? "a whole number"
                           : a.type == Type::number_or_component
                               ? fmt::format("a {}, or a number", name(a.category))
                               : "a number";
  constexpr double kMost = std::numeric_limits<double>::max();
  std::string range;
  if (a.low != -kMost) range += fmt::format(" {} {}", a.low_open ? "above" : "from", a.low);
  if (a.high != kMost) range += fmt::format(" {} {}", a.low_open ? "and at most" : "to", a.high);
  return what + range;
}

std::string describe(const Declaration& declaration) {
  std::vector<std::string> signature;
  std::string lines;
  for (const Argument& a : declaration.arguments) {
    const std::string name = is_several(a.type) ? a.name + "..." : a.name;
    signature.push_back(a.fallback.empty() ? name : name + "=" + a.fallback);
    lines += fmt::format("    {:15} {}: {}\n", a.name, a.help, describe_range(a));
  }
  std::string head = declaration.name;
  if (!signature.empty()) head += fmt::format("({})", fmt::join(signature, ", "));
  return fmt::format("{}\n    {}\n{}", head, declaration.help, lines);
}

}  // namespace lithe::network
