// Diagnoses a training from the figures of its layers. The thresholds were set on networks with
// known faults and on healthy ones, which tests/report/diagnose_test.cc trains.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lithe/watch.h"

namespace lithe {

namespace {

// A gradient so much smaller, against the weights it is for, than that of the layers behind.
constexpr double kVanishing = 1e-3;
// Weights that one step could throw that many times their own size away; outputs that spread so
// much wider from one layer to a later one.
constexpr double kExploding = 10, kSpreading = 1e4;
constexpr double kDead = 0.5;         // share of units
constexpr double kSaturated = 0.5;    // share of values
constexpr double kOverfitted = 1.15;  // held-out loss over the least it has been
constexpr double kLearntNothing = 0.02;
constexpr std::size_t kMostNamed = 5;  // of the layers that are not watched

// Of the gradient against the weights.
double pull(const LayerWatch& layer) {
  return layer.weight_norm > 0 ? layer.gradient_norm / layer.weight_norm : 0;
}

std::string place(const LayerWatch& layer, const EpochWatch& watch) {
  return fmt::format("layer {} of {} ({})", layer.layer, watch.layers.back().layer,
                     layer.label.substr(layer.label.find(' ') + 1));
}

bool has(const std::vector<Diagnosis>& findings, Disease disease) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Diagnosis& f) { return f.disease == disease; });
}

void find_explosion(const EpochWatch& watch, std::vector<Diagnosis>& findings) {
  for (const LayerWatch& layer : watch.layers) {
    const bool wild = !std::isfinite(layer.spread) || !std::isfinite(layer.gradient_norm);
    const bool spreads = layer.spread > kSpreading * std::max(1.0, watch.layers.front().spread);
    if (!wild && pull(layer) < kExploding && !spreads) continue;
    findings.push_back(
        {Disease::exploding, layer.layer,
         fmt::format("{}: its outputs spread by {:.2g} and its gradient is {:.2g} times its "
                     "weights: exploding; try smaller initial weights (`init=he_normal`, or "
                     "`init=lecun_normal` with `selu`), `batch_norm` between layers, or "
                     "`clip_norm=1` in the optimizer",
                     place(layer, watch), layer.spread, pull(layer))});
    return;
  }
}

void find_vanishing(const EpochWatch& watch, std::vector<Diagnosis>& findings) {
  const LayerWatch* strongest = &watch.layers.front();
  for (const LayerWatch& layer : watch.layers)
    if (pull(layer) >= pull(*strongest)) strongest = &layer;
  const LayerWatch* worst = nullptr;
  for (const LayerWatch& layer : watch.layers)
    if (!layer.frozen && layer.layer < strongest->layer &&
        pull(layer) < kVanishing * pull(*strongest) &&
        (worst == nullptr || pull(layer) < pull(*worst)))
      worst = &layer;
  if (worst == nullptr) return;
  const std::string flat = worst->saturated > kSaturated
                               ? fmt::format("{:.0f}% of its {} units are saturated and ",
                                             100 * worst->saturated, worst->activation)
                               : "";
  findings.push_back(
      {Disease::vanishing, worst->layer,
       fmt::format("{}: {}its gradient is {:.0e} of layer {}'s: vanishing gradient; try "
                   "`init=lecun_normal` with `selu`, `relu` or `elu` with `init=he_normal`, or "
                   "`batch_norm` between layers",
                   place(*worst, watch), flat, pull(*worst) / pull(*strongest), strongest->layer)});
}

// The last layer may well answer 0 or 1.
void find_flat_units(const EpochWatch& watch, std::vector<Diagnosis>& findings) {
  const LayerWatch *dead = nullptr, *saturated = nullptr;
  for (const LayerWatch& layer : watch.layers) {
    if (&layer == &watch.layers.back()) break;
    if (layer.dead > kDead && (dead == nullptr || layer.dead > dead->dead)) dead = &layer;
    if (layer.saturated > kSaturated &&
        (saturated == nullptr || layer.saturated > saturated->saturated))
      saturated = &layer;
  }
  if (dead != nullptr)
    findings.push_back(
        {Disease::dead_units, dead->layer,
         fmt::format("{}: {:.0f}% of its {} units put out 0 whatever comes in, and learn no more; "
                     "try a smaller learning rate, `leaky_relu` or `elu`, `init=he_normal`, or "
                     "`batch_norm` before the activation",
                     place(*dead, watch), 100 * dead->dead, dead->activation)});
  if (saturated != nullptr && !has(findings, Disease::vanishing))
    findings.push_back(
        {Disease::saturated, saturated->layer,
         fmt::format("{}: {:.0f}% of what its {} units put out is saturated, where they hardly "
                     "learn; try smaller initial weights (`init=glorot_normal`), inputs of "
                     "standard scale, or `batch_norm` before the activation",
                     place(*saturated, watch), 100 * saturated->saturated, saturated->activation)});
}

void find_overfitting(const std::vector<EpochWatch>& history, std::vector<Diagnosis>& findings) {
  const EpochWatch& last = history.back();
  if (history.size() < 3 || last.evaluation_loss <= 0) return;
  if (last.evaluation_loss < kOverfitted * last.best_evaluation_loss ||
      last.train_loss > last.evaluation_loss / 2)
    return;
  findings.push_back(
      {Disease::overfitting, 0,
       fmt::format("the loss on examples that are not trained on is {:.3g} and was {:.3g}, while "
                   "that on the others is {:.3g}: overfitting; try `dropout(0.2)` between layers, "
                   "`l2=1e-4` or `adamw`, more examples, a smaller network, or --validation 10% "
                   "--patience 3, which keeps the best weights",
                   last.evaluation_loss, last.best_evaluation_loss, last.train_loss)});
}

void find_standstill(const std::vector<EpochWatch>& history, std::vector<Diagnosis>& findings) {
  const double first = history.front().train_loss, last = history.back().train_loss;
  if (history.size() < 3 || !findings.empty() || first <= 0) return;
  if (last < (1 - kLearntNothing) * first) return;
  findings.push_back(
      {Disease::not_learning, 0,
       fmt::format("in {} epochs the loss has gone from {:.3g} to {:.3g}: hardly anything is "
                   "learned; `lithe find-lr` names a learning rate to begin with",
                   history.size(), first, last)});
}

}  // namespace

std::string watched_layers(const std::vector<EpochWatch>& history) {
  const EpochWatch none, &last = history.empty() ? none : history.back();
  const std::size_t count = last.layers.size(), others = last.not_watched.size();
  std::string text = count == 0   ? "no layer was watched"
                     : count == 1 ? "1 layer was watched"
                                  : fmt::format("{} layers were watched", count);
  if (others == 0) return text;
  const std::size_t shown = std::min(others, kMostNamed);
  text += "; not watched, because they have no weight matrix: ";
  for (std::size_t i = 0; i < shown; ++i) text += (i > 0 ? ", " : "") + last.not_watched[i];
  if (shown < others) text += fmt::format(" and {} more", others - shown);
  return text;
}

std::vector<Diagnosis> diagnose(const std::vector<EpochWatch>& history) {
  std::vector<Diagnosis> findings;
  if (history.empty() || history.back().layers.empty()) return findings;
  const EpochWatch& last = history.back();
  find_explosion(last, findings);
  if (findings.empty()) find_vanishing(last, findings);
  find_flat_units(last, findings);
  find_overfitting(history, findings);
  find_standstill(history, findings);
  return findings;
}

}  // namespace lithe
