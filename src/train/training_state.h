// What the state of a training says beside its arrays: what it belongs to, and its history.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lithe/trainer.h"
#include "train/state_figures.h"
#include "train/state_file.h"

namespace lithe::train {

// Each number of a report, in a fixed order.
inline void visit_report(EpochReport& r, StateFigures& figures) {
  figures(r.epoch), figures(r.examples), figures(r.loss), figures(r.seconds);
  figures(r.correct), figures(r.total), figures(r.test_loss), figures(r.test_rmse);
  figures(r.validation_loss), figures(r.validation_correct), figures(r.validation_total);
  figures(r.evaluation_seconds), figures(r.learning_rate), figures(r.recoveries);
  figures(r.best), figures(r.stopped), figures(r.epochs), figures(r.seconds_left);
}
inline constexpr std::size_t kReportFigures = 18;

// Reports as rows of a table, and back. What is no number of a report gives Error(model).
void write_report(const EpochReport& report, std::span<double> row);
std::vector<EpochReport> read_reports(std::span<const double> rows, const std::string& file);

// Everything that must be the same for the same bits.
StateIdentity training_identity(const Network& network, Precision precision, const Examples& train,
                                const Examples& test, const TrainOptions& options);

// What a state says of its training.
TrainingState training_state(const SavedState& saved, const std::string& file);

// The figures at the beginning of a state, which read_state() reads too.
struct Progress {
  std::size_t epoch = 0;  // that has begun
  bool within = false;    // it, and not between two
  std::uint64_t step = 0;
  std::size_t epochs = 0, best_epoch = 0;
  void visit(StateFigures& figures) {
    figures(epoch), figures(within), figures(step), figures(epochs), figures(best_epoch);
  }
};

}  // namespace lithe::train
