// Diagnoses a training that did not learn from its data; tests/report/diagnose_data_test.cc has a
// training for each case.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lithe/data_diagnosis.h"

namespace lithe {

namespace {

constexpr std::size_t kFewestEpochs = 3;  // in fewer, little need be learned
// Of the constant answer's loss: what is above has learned nothing.
constexpr double kNothing = 0.98;
constexpr double kLearned = 0.9;  // what is below has learned something
constexpr double kWorse = 1.2;    // what is above is worse than the constant answer
constexpr double kLargeInput = 30, kLargeTarget = 10, kDominating = 0.9;

Diagnosis finding(std::string text) { return {Disease::not_learning, 0, std::move(text)}; }

std::string input_name(const DataSummary& data, const std::vector<std::string>& inputs) {
  return data.input < inputs.size() ? inputs[data.input] : fmt::format("input {}", data.input + 1);
}

// The lowest loss on examples that were not learned from; not a number: there are none.
double least_held_out(const std::vector<EpochReport>& reports) {
  double least = std::numeric_limits<double>::quiet_NaN();
  for (const EpochReport& one : reports) {
    if (one.validation_total == 0 && one.total == 0) return least;
    least = std::fmin(least, one.validation_total > 0 ? one.validation_loss : one.test_loss);
  }
  return least;
}

void look_at_inputs(const DataSummary& data, const std::vector<std::string>& inputs,
                    std::vector<Diagnosis>& findings) {
  if (data.largest_input < kLargeInput) return;
  findings.push_back(finding(fmt::format(
      "the inputs are not scaled: the root mean square of {} is {:.3g}, and networks learn from "
      "inputs of about 1; begin the network with `standardize`, or leave --no-standardize out",
      input_name(data, inputs), data.largest_input)));
}

void look_at_targets(const DataSummary& data, std::vector<Diagnosis>& findings) {
  if (std::max(std::abs(data.target_mean), data.target_deviation) < kLargeTarget) return;
  findings.push_back(finding(fmt::format(
      "the numbers to predict are not scaled: their mean is {:.3g} and their standard deviation "
      "{:.3g}; leave --no-standardize out, or set TrainOptions::standardize_targets",
      data.target_mean, data.target_deviation)));
}

void look_at_classes(const DataSummary& data, std::vector<Diagnosis>& findings) {
  if (data.frequent_share < kDominating || data.balanced) return;
  findings.push_back(finding(
      fmt::format("{:.1f}% of the training examples have the same class, and always predicting it "
                  "is right as often; --balanced gives all classes the same weight",
                  100 * data.frequent_share)));
}

void look_at_rate(const DataSummary& data, const std::vector<EpochReport>& reports,
                  std::vector<Diagnosis>& findings) {
  const double last = reports.back().loss;
  if (last < kWorse * data.constant_loss) return;
  findings.push_back(finding(fmt::format(
      "after {} epochs the training loss is {:.3g}, higher than the {:.3g} of a constant answer: "
      "the learning rate may be too high; `lithe find-lr` names one to begin with",
      reports.size(), last, data.constant_loss)));
}

void say_nothing_was_learned(const DataSummary& data, const std::vector<EpochReport>& reports,
                             std::vector<Diagnosis>& findings) {
  findings.push_back(finding(fmt::format(
      "after {} epochs the training loss is {:.3g}, and that of a constant answer is {:.3g}: "
      "either the inputs say nothing about the answers, or the learning rate is too low or the "
      "epochs too few; `lithe find-lr` names a learning rate to begin with",
      reports.size(), reports.back().loss, data.constant_loss)));
}

void look_at_held_out(const DataSummary& data, const std::vector<EpochReport>& reports,
                      std::vector<Diagnosis>& findings) {
  const double least = least_held_out(reports);
  if (!(least > kNothing * data.constant_loss)) return;
  if (reports.back().loss > kLearned * data.constant_loss) return;
  findings.push_back(finding(fmt::format(
      "the training loss has fallen to {:.3g}, but on examples that are not trained on the loss "
      "was never below {:.3g}, and that of a constant answer is {:.3g}: what is learned does not "
      "hold for other examples. Either the inputs say nothing about the answers, or answers stand "
      "in the wrong rows: compare a few rows with where they came from",
      reports.back().loss, least, data.constant_loss)));
}

}  // namespace

std::vector<Diagnosis> diagnose_scale(const DataSummary& data,
                                      const std::vector<std::string>& inputs) {
  std::vector<Diagnosis> findings;
  look_at_inputs(data, inputs, findings);
  look_at_targets(data, findings);
  return findings;
}

std::vector<Diagnosis> diagnose(const DataSummary& data, const std::vector<EpochReport>& reports,
                                const std::vector<std::string>& inputs) {
  std::vector<Diagnosis> findings;
  if (reports.size() < kFewestEpochs || !(data.constant_loss > 0)) return findings;
  if (reports.back().loss <= kNothing * data.constant_loss) {
    look_at_held_out(data, reports, findings);
    return findings;
  }
  findings = diagnose_scale(data, inputs);
  look_at_classes(data, findings);
  if (findings.empty()) look_at_rate(data, reports, findings);
  if (findings.empty()) say_nothing_was_learned(data, reports, findings);
  return findings;
}

}  // namespace lithe
