#include "train/plan_report.h"

namespace lithe::train {

namespace {

PlanStage report_stage(const plan::StageInfo& info, double seconds) {
  PlanStage stage;
  stage.name = info.name, stage.kernel = info.kernel;
  stage.by_blas = info.by_blas, stage.bfloat16 = info.bfloat16;
  stage.shared = info.shared, stage.barrier = info.barrier;
  for (const auto& refusal : info.refused)
    stage.refused.push_back(refusal.kernel + ": " + refusal.reason);
  stage.operations = info.operations, stage.bytes = info.bytes, stage.seconds = seconds;
  stage.phase = plan::name(info.phase);
  return stage;
}

}  // namespace

PlanReport report_plan(const plan::Description& plan, const std::vector<double>& seconds,
                       Precision precision, bool bfloat16,
                       const std::vector<std::pair<std::size_t, double>>& trials) {
  PlanReport report{std::string(cpu::name(plan.isa)),
                    precision,
                    bfloat16,
                    plan.threads,
                    plan.batch,
                    plan.arena_bytes,
                    plan.parameter_bytes,
                    plan.parameter_count,
                    plan.operations(),
                    trials,
                    0,
                    BlasUse::none,
                    {},
                    {},
                    {}};
  for (std::size_t i = 0; i < plan.stages.size(); ++i)
    report.stages.push_back(report_stage(plan.stages[i], seconds[i]));
  for (std::size_t i = 0; i < plan.buffers.size(); ++i)
    report.buffers.push_back({plan.buffers[i].name, plan.buffers[i].bytes, plan.offsets[i],
                              plan.buffers[i].first, plan.buffers[i].last});
  return report;
}

TimeSplit split_time(const plan::Description& plan, const std::vector<double>& seconds,
                     double training, double evaluation) {
  double by_phase[4] = {}, sum = 0;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    by_phase[static_cast<std::size_t>(plan.stages[i].phase)] += seconds[i];
    sum += seconds[i];
  }
  const double scale = sum > 0 ? training / sum : 0;
  return {by_phase[0] * scale, by_phase[1] * scale, by_phase[2] * scale, evaluation};
}

}  // namespace lithe::train
