#include "train/training_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/digest.h"
#include "io/safetensors.h"
#include "lithe/error.h"

namespace lithe::train {

namespace {

template <typename N>
std::uint64_t digest_of(const N* values, std::size_t count) {
  return base::digest_of(std::span(reinterpret_cast<const std::uint8_t*>(values),
                                   values == nullptr ? 0 : count * sizeof(N)));
}

// Of the features row by row, since rows may have gaps between them, and of the answers.
std::string digest_of(const Examples& examples) {
  const Features& f = examples.features;
  const std::size_t rows = f.rows, bytes = f.columns * size_of(f.type);
  std::vector<std::uint64_t> parts = {
      rows,
      f.columns,
      static_cast<std::uint64_t>(f.type),
      digest_of(&f.divisor, 1),
      digest_of(examples.labels, examples.answers()),
      digest_of(examples.weights, rows),
      digest_of(examples.targets, examples.answers() * examples.target_columns),
      examples.classes};
  if (f.lengths != nullptr) parts.push_back(digest_of(f.lengths, rows));
  if (bytes == f.row_stride && f.starts == nullptr && rows > 0)
    parts.push_back(digest_of(f.row(0), rows * bytes));
  else
    for (std::size_t row = 0; row < rows; ++row) parts.push_back(digest_of(f.row(row), bytes));
  return fmt::format("{:016x}", digest_of(parts.data(), parts.size()));
}

std::string text_of(bool value) { return value ? "yes" : "no"; }

[[noreturn]] void fail(const std::string& problem, const std::string& file) {
  throw Error(ErrorKind::model, "the state is damaged: " + problem, file,
              "a copy of the file, or begin anew without --resume");
}

}  // namespace

void write_report(const EpochReport& report, std::span<double> row) {
  EpochReport copy = report;
  StateFigures figures(StateFigures::Way::save, row);
  visit_report(copy, figures);
}

std::vector<EpochReport> read_reports(std::span<const double> rows, const std::string& file) {
  std::vector<EpochReport> reports;
  for (std::size_t at = 0; at + kReportFigures <= rows.size(); at += kReportFigures) {
    std::array<double, kReportFigures> row;
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(at), kReportFigures, row.begin());
    if (row[0] != static_cast<double>(reports.size() + 1)) break;  // room for later epochs
    StateFigures figures(StateFigures::Way::restore, row);
    visit_report(reports.emplace_back(), figures);
    if (!figures.valid()) fail("its history has numbers that count nothing", file);
  }
  return reports;
}

StateIdentity training_identity(const Network& network, Precision precision, const Examples& train,
                                const Examples& test, const TrainOptions& options) {
  return {{"version", LITHE_VERSION},
          {"network", network.to_string()},
          {"precision", options.bfloat16 ? "bfloat16" : std::string(name(precision))},
          {"loss", options.loss},
          {"optimizer", options.optimizer},
          {"average", options.average},
          {"augmentation", options.augment},
          {"image", fmt::format("{}", fmt::join(options.image, "x"))},
          {"batch", fmt::format("{}", options.batch)},
          {"seed", fmt::format("{}", options.seed)},
          {"BLAS", options.blas},
          {"validation", fmt::format("{}", options.validation)},
          {"early stopping", text_of(options.patience > 0)},
          {"class weights", fmt::format("{}", fmt::join(options.class_weights, ","))},
          {"balance of classes", text_of(options.balanced)},
          {"ignored class", options.ignore ? fmt::format("{}", *options.ignore) : "none"},
          {"choice of frozen layers", fmt::format("{}", fmt::join(options.frozen, ","))},
          {"epoch that unfreezes layers", fmt::format("{}", options.unfreeze_at)},
          {"scaling of targets", text_of(options.standardize_targets)},
          {"recovery", text_of(options.recover)},
          {"stateful", text_of(options.stateful)},
          {"choice of training data", digest_of(train)},
          {"choice of test data", digest_of(test)}};
}

TrainingState training_state(const SavedState& saved, const std::string& file) {
  Progress progress;
  std::vector<double> figures = saved.table("figures");
  StateFigures restore(StateFigures::Way::restore, figures);
  progress.visit(restore);
  EpochReport current;
  visit_report(current, restore);
  if (restore.count() > figures.size() || !restore.valid())
    fail("its figures are not those of a training", file);
  TrainingState state;
  state.history = read_reports(saved.table("history"), file);
  state.epoch = state.history.size();
  state.epochs = progress.epochs;
  state.examples = progress.within ? current.examples : 0;
  state.step = progress.step;
  state.best_epoch = progress.best_epoch;
  constexpr std::string_view kStart = "lithe.state.";
  for (const auto& [key, value] : saved.metadata())
    if (key.starts_with(kStart))
      state.belongs_to[key.substr(kStart.size())] = value;
    else if (key != "lithe.state")
      state.notes[key] = value;
  return state;
}

}  // namespace lithe::train

namespace lithe {

StateKind state_kind(const std::filesystem::path& file) {
  const io::Metadata metadata = io::read_safetensors(file).metadata();
  const auto found = metadata.find("lithe.state");
  if (found == metadata.end()) return StateKind::none;
  return found->second.starts_with("agent") ? StateKind::agent : StateKind::training;
}

TrainingState read_state(const std::filesystem::path& file) {
  return train::training_state(train::SavedState(file), file.string());
}

}  // namespace lithe
