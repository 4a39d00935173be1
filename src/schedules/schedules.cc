#include "schedules/schedules.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace lithe::schedules {

using network::Argument, network::Declaration, network::Type;

// Argument 0 is the learning rate; the declarations say what the others are.
struct Shapes {
  static double constant(const Schedule& s, double) { return s.argument(0); }

  static double piecewise(const Schedule& s, double progress) {
    double rate = s.argument(0);
    for (std::size_t i = 1; i + 1 < s.arguments_.size(); i += 2)
      if (s.argument(i) > 0 && progress >= s.argument(i)) rate = s.argument(i + 1);
    return rate;
  }

  static double step(const Schedule& s, double progress) {
    return s.argument(0) * std::pow(s.argument(1), std::floor(progress / s.argument(2)));
  }

  static double power(const Schedule& s, double progress) {
    return s.argument(0) / std::pow(1 + progress / s.argument(2), s.argument(1));
  }

  static double exponential(const Schedule& s, double progress) {
    return s.argument(0) * std::pow(s.argument(1), progress);
  }

  static double linear(const Schedule& s, double progress) {
    return s.argument(0) * (1 + (s.argument(1) - 1) * progress);
  }

  // From `high` to `low` along half a cosine.
  static double half_cosine(double high, double low, double share) {
    return low + (high - low) * (1 + std::cos(std::numbers::pi * share)) / 2;
  }

  // Starts `restarts` times again from the top; each cycle is `growth` times as long as the
  // previous one.
  static double cosine(const Schedule& s, double progress) {
    const double cycles = s.argument(2) + 1, growth = s.argument(3);
    double whole = 0, length = 1;
    for (double c = 0; c < cycles; ++c, length *= growth) whole += length;
    double start = 0;
    length = 1 / whole;
    for (double c = 1; c < cycles && progress >= start + length; ++c, length *= growth)
      start += length;
    const double share = std::min(1.0, (progress - start) / length);
    return half_cosine(s.argument(0), s.argument(0) * s.argument(1), share);
  }

  static double one_cycle(const Schedule& s, double progress) {
    const double top = s.argument(0), peak = s.argument(1), first = top / s.argument(2);
    if (progress < peak) return half_cosine(first, top, progress / peak);
    return half_cosine(top, first / s.argument(3), (progress - peak) / (1 - peak));
  }

  static double plateau(const Schedule& s, double) {
    return std::max(s.argument(0) * s.factor_, s.argument(4));
  }

  struct Row {
    Declaration declaration;
    Schedule::Shape shape;
  };

  static const std::vector<Row>& rows();
  static const Row& find(const std::string& name);
};

namespace {

Argument rate(const char* name = "lr", const char* help = "learning rate") {
  return {name, help, Type::number, {}, 0, 1e6, true};
}
Argument number(const char* name, const char* help, const char* fallback, double low, double high,
                bool open = false) {
  return {name, help, Type::number, fallback, low, high, open};
}

// `end` rates are shares of the first one: 0.01 is a hundredth of it.
const std::vector<Argument>& boundaries() {
  static const std::vector<Argument> all = {
      rate(),
      number("at1", "share of the training where the first change is", "0", 0, 1),
      number("lr1", "the rate from there on", "0", 0, 1e6),
      number("at2", "share where the second change is", "0", 0, 1),
      number("lr2", "the rate from there on", "0", 0, 1e6),
      number("at3", "share where the third change is", "0", 0, 1),
      number("lr3", "the rate from there on", "0", 0, 1e6)};
  return all;
}

Shapes::Row with_warmup(Shapes::Row row) {
  row.declaration.arguments.push_back(
      number("warmup", "share of the training over which the rate grows from 0", "0", 0, 0.99));
  return row;
}

std::vector<Shapes::Row> make_rows() {
  std::vector<Shapes::Row> result;
  for (Shapes::Row& row : std::vector<Shapes::Row>{
           {{"constant", "always the same", {rate()}}, Shapes::constant},
           {{"piecewise", "changes at up to three places", boundaries()}, Shapes::piecewise},
           {{"step",
             "multiplied by `factor` at equal distances",
             {rate(), number("factor", "of each change", "0.1", 0, 1, true),
              number("every", "share of the training between changes", "0.3333333333", 1e-6, 1)}},
            Shapes::step},
           {{"power",
             "lr / (1 + progress / scale)^exponent",
             {rate(), number("exponent", "see the formula", "0.5", 0, 100),
              number("scale", "see the formula", "0.05", 1e-6, 1e6)}},
            Shapes::power},
           {{"exponential",
             "falls by the same factor in the same time",
             {rate(), number("end", "what it ends at, as a share of lr", "0.01", 0, 1, true)}},
            Shapes::exponential},
           {{"linear",
             "falls along a line",
             {rate(), number("end", "what it ends at, as a share of lr", "0", 0, 1)}},
            Shapes::linear},
           {{"cosine",
             "falls along half a cosine; with restarts several times",
             {rate(),
              number("end", "what it ends at, as a share of lr", "0", 0, 1),
              {"restarts", "how often it begins again", Type::integer, "0", 0, 1000},
              number("growth", "length of a cycle over that of the one before", "1", 1, 100)}},
            Shapes::cosine},
           {{"one_cycle",
             "rises to lr and falls far below where it began, both along half a cosine",
             {rate(),
              number("peak", "share of the training at which it is lr", "0.3", 0.001, 0.999),
              number("start_div", "lr over the first rate", "25", 1, 1e9),
              number("end_div", "the first rate over the last", "10000", 1, 1e12)}},
            Shapes::one_cycle},
           {{"plateau",
             "multiplied by `factor` when the loss has not fallen for `patience` epochs",
             {rate(),
              number("factor", "of each change", "0.5", 0, 1, true),
              {"patience", "epochs without a lower loss", Type::integer, "5", 1, 1e6},
              number("threshold", "what counts as lower, as a share of the loss", "0.0001", 0, 1),
              number("minimum", "the rate does not fall below", "0", 0, 1e6)}},
            Shapes::plateau}})
    result.push_back(with_warmup(std::move(row)));
  return result;
}

}  // namespace

const std::vector<Shapes::Row>& Shapes::rows() {
  static const std::vector<Row> all = make_rows();
  return all;
}

const Shapes::Row& Shapes::find(const std::string& name) {
  const auto found = std::find_if(rows().begin(), rows().end(),
                                  [&](const Row& row) { return row.declaration.name == name; });
  assert(found != rows().end());
  return *found;
}

std::vector<Declaration> declarations() {
  std::vector<Declaration> result;
  for (const Shapes::Row& row : Shapes::rows()) result.push_back(row.declaration);
  return result;
}

Schedule::Schedule(double rate) : shape_(Shapes::constant), arguments_{rate} {}

Schedule Schedule::make(const Component& sentence) {
  Schedule result(0);
  result.shape_ = Shapes::find(sentence.name).shape;
  result.arguments_.clear();
  for (const auto& [name, value] : sentence.arguments)
    result.arguments_.push_back(std::get<double>(value));
  result.warmup_ = result.arguments_.back();
  result.arguments_.pop_back();
  result.watches_ = sentence.name == "plateau";
  return result;
}

double Schedule::at(double progress) const {
  if (progress < warmup_) return shape_(*this, 0) * progress / warmup_;
  return shape_(*this, (progress - warmup_) / (1 - warmup_));
}

void Schedule::note(double loss) {
  if (!watches_) return;
  const bool better = !noted_ || loss < best_ * (1 - arguments_[3]);
  noted_ = true;
  if (better) best_ = loss;
  waited_ = better ? 0 : waited_ + 1;
  if (static_cast<double>(waited_) < arguments_[2]) return;
  factor_ *= arguments_[1];
  waited_ = 0;
}

}  // namespace lithe::schedules
