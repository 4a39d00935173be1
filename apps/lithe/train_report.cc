#include "train_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/figure.h"
#include "lithe/probabilities.h"
#include "never_predicted.h"
#include "target_scores.h"
#include "terminal.h"

namespace lithe::app {

namespace {

// 1234567 -> "1,234,567"
std::string thousands(double value) {
  std::string digits = fmt::format("{:.0f}", value);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

double flops(const Run& run, const EpochReport& report) {
  return run.plan.operations_per_example * static_cast<double>(report.examples) / report.seconds;
}

std::string bytes(std::size_t count) {
  if (count < 10240) return fmt::format("{} B", count);
  const double kib = static_cast<double>(count) / 1024;
  return kib < 10240 ? fmt::format("{:.0f} KiB", kib) : fmt::format("{:.1f} MiB", kib / 1024);
}

nlohmann::json to_json(const UnknownRun& run) {
  using nlohmann::json;
  json trials = json::array();
  if (run.comparison)
    for (const ScoreTrial& trial : run.comparison->trials)
      trials.push_back({{"score", trial.score},
                        {"auroc", trial.auroc()},
                        {"fpr95", trial.false_positive_rate()},
                        {"failed", trial.failed}});
  const Calibration& c = run.calibration;
  return {{"score", c.score},
          {"threshold", c.threshold},
          {"acceptance_rate", c.acceptance_rate},
          {"known", run.known},
          {"temperature", c.temperature},
          {"validation", run.validation},
          {"validation_acceptance_rate", run.acceptance_rate},
          {"compared", trials}};
}

// "OpenBLAS 0.3.21 (SkylakeX), integers of 32 bits, /usr/lib/..."
std::string describe(const BlasLibrary& blas) {
  return fmt::format("{}, integers of {} bits, {}", short_name(blas), blas.integer_bits, blas.path);
}

// Who makes the products, where it may be others than the native kernels.
void print_blas(const PlanReport& plan) {
  if (plan.blas_use == BlasUse::none) return;
  if (!plan.blas) {
    print_folded("No usable BLAS is installed: all products are native\n");
    return;
  }
  const auto products = std::count_if(plan.stages.begin(), plan.stages.end(),
                                      [](const PlanStage& s) { return s.by_blas; });
  const std::string who = describe(*plan.blas);
  if (plan.blas_use == BlasUse::benchmarked)
    print_folded("Native kernels, benchmarked against {}\n", who);
  else if (products == 0)
    print_folded("Native kernels: no product is faster with {}\n", who);
  else
    print_folded(
        "Products of dense layers{} by {}; results differ from native ones in the last bits\n",
        plan.blas_use == BlasUse::where_faster ? fmt::format(": {}", products) : "", who);
  if (!plan.blas->note.empty()) print_folded("  it {}\n", plan.blas->note);
}

nlohmann::json blas_json(const PlanReport& plan) {
  if (!plan.blas) return {};
  constexpr const char* kUses[] = {"none", "everywhere", "where_faster", "benchmarked"};
  return {{"use", kUses[static_cast<std::size_t>(plan.blas_use)]},
          {"path", plan.blas->path},
          {"kind", plan.blas->kind},
          {"version", plan.blas->version},
          {"core", plan.blas->core},
          {"integer_bits", plan.blas->integer_bits},
          {"note", plan.blas->note}};
}

}  // namespace

double Run::core_limit() const {
  if (!plan.bfloat16)
    return plan.precision == Precision::float32 ? limits.flops_float32 : limits.flops_float64;
  double operations = 0, seconds = 0;
  for (const PlanStage& stage : plan.stages) {
    operations += stage.operations;
    seconds += stage.operations / core_limit(stage);
  }
  return seconds > 0 ? operations / seconds : limits.flops_float32;
}

double Run::core_limit(const PlanStage& stage) const {
  if (stage.bfloat16 && limits.flops_bfloat16 > 0) return limits.flops_bfloat16;
  return plan.precision == Precision::float32 ? limits.flops_float32 : limits.flops_float64;
}

std::string_view Run::precision() const { return plan.bfloat16 ? kBfloat16 : name(plan.precision); }

std::optional<double> Run::bits(double mean_loss) const {
  return per.empty() ? std::nullopt : bits_of(mean_loss, command.options.loss);
}

double Run::limit() const {
  return std::min(static_cast<double>(plan.threads), processors) * core_limit();
}

const EpochReport* Run::kept() const {
  return epochs.empty() ? nullptr : &epochs[result.kept_epoch - 1].report;
}

void print_header(const Run& run) {
  print_folded("{}\n", run.network);
  print_folded("{} parameters, {}, batch {}, {}, {} thread{}; limit {:.0f} GFLOP/s\n",
               thousands(static_cast<double>(run.plan.parameters)), run.precision(), run.plan.batch,
               run.plan.isa, run.plan.threads, run.plan.threads == 1 ? "" : "s", run.limit() / 1e9);
  print_blas(run.plan);
}

namespace {

// "1.36M", "12.3k", "987"
std::string short_count(double value) {
  if (value >= 1e6) return fmt::format("{:.3g}M", value / 1e6);
  if (value >= 1e3) return fmt::format("{:.3g}k", value / 1e3);
  return fmt::format("{:.3g}", value);
}

// Of the test examples, where there are some.
std::string test_score(const Run& run, const EpochReport& r) {
  if (r.total == 0) return "";
  if (const auto bits = run.bits(r.test_loss))
    return fmt::format("{:.4f} bits a {}, {}", *bits, run.per, accuracy_text(r.correct, r.total));
  if (run.labels) return accuracy_text(r.correct, r.total) + " all labels right";
  if (run.regression)
    return fmt::format("rmse {}{}", base::figure(r.test_rmse, 4), over_targets(run.targets));
  return accuracy_text(r.correct, r.total);
}

// "loss" is that of training, which every epoch has.
std::string epoch_text(const Run& run, const EpochReport& r) {
  const std::string score = test_score(run, r);
  const double rate = static_cast<double>(r.examples) / r.seconds;
  const bool counts = run.plan.operations_per_example > 0 && run.limit() > 0;
  return join_fields(
      {fmt::format("Epoch {}: {}", r.epoch,
                   score.empty() ? fmt::format("loss {:.4g}", r.loss) : score),
       score.empty() ? "" : fmt::format("loss {:.4g}", r.loss),
       fmt::format(
           "{} {}/s", short_count(rate),
           !run.per.empty() || is_table_path(run.command.data.data) ? "examples" : "images"),
       counts ? fmt::format("{:.0f}% of limit", 100 * flops(run, r) / run.limit()) : "",
       fmt::format("[{}/{}]", r.epoch, run.command.options.epochs)},
      2);
}

std::string validation_text(const Run& run, const EpochReport& r) {
  const bool has_classes = (!run.regression && !run.soft_targets) || run.labels;
  return join_fields(
      {"  validation", has_classes ? accuracy_text(r.validation_correct, r.validation_total) : "",
       fmt::format("loss {:.4g}", r.validation_loss), r.best ? "(best)" : ""},
      4);
}

std::string details(const Run& run, const EpochLine& line) {
  const EpochReport& r = line.report;
  return join_fields(
      {fmt::format("  {:.4f} s", r.seconds), fmt::format("{:.1f} GFLOP/s", flops(run, r) / 1e9),
       thousands(run.plan.operations_per_example) + " operations an example",
       line.allocations ? fmt::format("{} allocations", *line.allocations) : ""},
      4);
}

}  // namespace

void print_epoch(const Run& run, const EpochLine& line) {
  const EpochReport& r = line.report;
  fmt::print("{}\n", epoch_text(run, r));
  if (r.validation_total > 0) fmt::print("{}\n", validation_text(run, r));
  if (run.command.verbose) fmt::print("{}\n", details(run, line));
  if (r.recoveries > 0)
    print_folded(
        "  begun again {} time{} with a smaller learning rate: the loss was not a number\n",
        r.recoveries, r.recoveries == 1 ? "" : "s");
  std::fflush(stdout);
}

void print_time_left(const Run& run, double seconds_spent) {
  if (run.epochs.empty() || run.epochs.back().report.seconds_left == 0) return;
  const EpochReport& last = run.epochs.back().report;
  print_folded("  epoch {} of {} done after {}, {}{} left\n", last.epoch, last.epochs,
               time_text(seconds_spent), run.command.options.patience > 0 ? "at most " : "about ",
               time_text(last.seconds_left));
  std::fflush(stdout);
}

void print_kept_epoch(const Run& run) {
  const std::size_t patience = run.command.options.patience;
  if (patience == 0 || run.kept() == nullptr || !run.kept()->best) return;
  if (run.result.stopped_early)
    print_folded("Stopped after epoch {}: no lower validation loss for {} epoch{}\n",
                 run.result.epochs, patience, patience == 1 ? "" : "s");
  print_folded("Kept: the weights of epoch {}, the lowest validation loss ({:.4g})\n",
               run.result.kept_epoch, run.result.kept_validation_loss);
}

void print_findings(const Run& run) {
  const bool watched = run.command.options.watch;
  if (run.findings.empty() && watched)
    print_folded("Diagnosis: no problem was found in the layers\n");
  for (const Diagnosis& finding : run.findings) print_folded("Diagnosis: {}\n", finding.text);
  if (watched) print_folded("Of the layers: {}\n", run.watched);
}

void print_never_predicted(const Run& run) {
  if (run.never_predicted.empty()) return;
  print_folded(
      "Never predicted for a test example, although some are of {}{}\n",
      never_predicted_text(run.never_predicted),
      run.command.options.balanced ? "" : "; --balanced gives all classes the same weight");
}

void print_time(const Run& run) {
  const TimeSplit& t = run.time;
  fmt::print("{}\n",
             join_fields({fmt::format("Time: reading {:.3f} s", run.loading_seconds + t.reading),
                          fmt::format("forward {:.3f} s", t.forward),
                          fmt::format("backward and update {:.3f} s", t.backward_and_update),
                          fmt::format("evaluation {:.3f} s", t.evaluation)},
                         6));
  if (run.command.verbose)
    print_folded("Reading: files {:.3f} s, batches {:.3f} s\n", run.loading_seconds, t.reading);
}

void print_fewer_threads(const Run& run) {
  constexpr double kWorthTelling = 0.1;
  if (run.plan.share_by_fewer_threads < kWorthTelling) return;
  print_folded("{:.0f}% of the examples were taken by fewer threads than {}, which was faster\n",
               100 * run.plan.share_by_fewer_threads, run.plan.threads);
}

void print_plan(const Run& run) {
  print_header(run);
  for (const auto& [threads, rate] : run.plan.thread_trials)
    print_folded("measured with {} thread{}: {} examples/s\n", threads, threads == 1 ? "" : "s",
                 thousands(rate));
  print_folded("Denormal numbers are flushed to zero on every thread.\n\nStages of a step\n");
  const double peak = run.limit(), cores = run.limit() / run.core_limit();
  for (std::size_t i = 0; i < run.plan.stages.size(); ++i) {
    const PlanStage& s = run.plan.stages[i];
    if (s.barrier) print_folded("     barrier: all threads meet\n");
    print_folded("{:3}. {}\n     kernel   {}\n", i, s.name, s.kernel);
    if (run.plan.threads > 1)
      print_folded("     threads  {}\n", s.shared ? "shared by all" : "one");
    for (const std::string& refusal : s.refused) print_folded("     refused  {}\n", refusal);
    print_folded("     {} operations, {} bytes{}\n", thousands(s.operations), thousands(s.bytes),
                 s.operations > 0 ? fmt::format(", at the limit {:.2f} us",
                                                s.operations / (cores * run.core_limit(s)) * 1e6)
                                  : "");
  }
  print_folded("\nBuffers in the arena ({} in all; parameters, outside it, {})\n",
               bytes(run.plan.arena_bytes), bytes(run.plan.parameter_bytes));
  for (const PlanBuffer& b : run.plan.buffers)
    print_folded("  at {:>9}  {:>9}  stages {:2} to {:2}  {}\n", b.offset, bytes(b.bytes),
                 b.first_stage, b.last_stage, b.name);
  const double batch = static_cast<double>(run.plan.batch);
  print_folded(
      "\nExpected limit: {} operations an example, {:.2f} us a step, {} examples/s (zeros "
      "count as values)\n",
      thousands(run.plan.operations_per_example),
      run.plan.operations_per_example * batch / peak * 1e6,
      thousands(peak / run.plan.operations_per_example));
}

void print_json(const Run& run) {
  using nlohmann::json;
  json epochs = json::array();
  const bool numbers = run.regression && !run.labels;
  for (const EpochLine& line : run.epochs) {
    const EpochReport& r = line.report;
    epochs.push_back(
        {{"epoch", r.epoch},
         {"correct", numbers ? json() : json(r.correct)},
         {"total", r.total},
         {"loss", r.loss},
         {"test_loss", r.test_loss},
         {"test_bits",
          r.total > 0 && run.bits(r.test_loss) ? json(*run.bits(r.test_loss)) : json()},
         {"seconds", r.seconds},
         {"evaluation_seconds", r.evaluation_seconds},
         {"test_rmse", numbers ? json(r.test_rmse) : json()},
         {"validation_loss", r.validation_loss},
         {"validation_correct", r.validation_correct},
         {"validation_total", r.validation_total},
         {"best", r.best},
         {"learning_rate", r.learning_rate},
         {"recoveries", r.recoveries},
         {"examples", r.examples},
         {"flops", flops(run, r)},
         {"share_of_limit", flops(run, r) / run.limit()},
         {"allocations", line.allocations ? json(*line.allocations) : json()}});
  }
  json stages = json::array();
  for (const PlanStage& s : run.plan.stages)
    stages.push_back({{"name", s.name},
                      {"kernel", s.kernel},
                      {"by_blas", s.by_blas},
                      {"shared", s.shared},
                      {"barrier", s.barrier},
                      {"refused", s.refused},
                      {"operations", s.operations},
                      {"bytes", s.bytes},
                      {"seconds", s.seconds}});
  json findings = json::array();
  for (const Diagnosis& f : run.findings)
    findings.push_back({{"layer", f.layer}, {"text", f.text}});
  json unknown, targets;
  if (run.target_scores)
    for (std::size_t c = 0; c < run.target_scores->columns.size(); ++c)
      targets[run.target_scores->names[c]] = {{"rmse", run.target_scores->columns[c].rmse},
                                              {"mae", run.target_scores->columns[c].mae}};
  if (run.unknown) unknown = to_json(*run.unknown);
  const double examples =
      run.epochs.empty() ? 0 : static_cast<double>(run.epochs.front().report.examples);
  const json result = {{"version", LITHE_VERSION},
                       {"network", run.network},
                       {"understood", json::parse(run.understood)},
                       {"data", run.command.data.data},
                       {"loss", run.command.options.loss},
                       {"optimizer", run.command.options.optimizer},
                       {"precision", run.precision()},
                       {"batch", run.plan.batch},
                       {"seed", run.command.options.seed},
                       {"isa", run.plan.isa},
                       {"blas", blas_json(run.plan)},
                       {"threads", run.plan.threads},
                       {"thread_trials", run.plan.thread_trials},
                       {"share_by_fewer_threads", run.plan.share_by_fewer_threads},
                       {"parameters", run.plan.parameters},
                       {"arena_bytes", run.plan.arena_bytes},
                       {"operations_per_example", run.plan.operations_per_example},
                       {"operations_per_epoch", run.plan.operations_per_example * examples},
                       // Of one core, in the run's precision.
                       {"limits", {{"flops", run.core_limit()}, {"isa", run.limits.isa}}},
                       {"stages", stages},
                       {"epochs", epochs},
                       {"targets", targets},
                       {"stopped_early", run.result.stopped_early},
                       {"kept_epoch", run.result.kept_epoch},
                       {"findings", findings},
                       {"watched", run.watched},
                       {"never_predicted", run.never_predicted},
                       {"unknown", unknown},
                       {"seconds_to_first_step", run.start_seconds},
                       {"time",
                        {{"loading", run.loading_seconds},
                         {"reading", run.time.reading},
                         {"forward", run.time.forward},
                         {"backward_and_update", run.time.backward_and_update},
                         {"evaluation", run.time.evaluation}}},
                       {"model", run.command.explain ? "" : run.saved_in},
                       {"earlier_model", run.earlier_model}};
  fmt::print("{}\n", result.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace lithe::app
