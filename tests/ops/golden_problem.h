// Networks against PyTorch's figures, which recurrent_golden.py writes.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ops/graph_problem.h"
#include "support/isas.h"

namespace lithe::test {

using nlohmann::json;

inline json read_golden(const std::string& name) {
  std::ifstream file(std::string(LITHE_SOURCE_DIR) + "/tests/ops/" + name);
  return json::parse(file);
}

// Row after row.
inline std::vector<double> flat(const json& array) {
  std::vector<double> values;
  for (const json& row : array)
    if (row.is_array())
      values.insert(values.end(), row.begin(), row.end());
    else
      values.push_back(row.get<double>());
  return values;
}

inline void expect_near(const std::vector<double>& got, const std::vector<double>& expected,
                        const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], 1e-12) << what << "[" << i << "]";
}

inline std::vector<double> row_major(const kernels::Matrix<const double>& matrix,
                                     std::size_t columns) {
  std::vector<double> values;
  for (std::size_t i = 0; i < matrix.rows; ++i)
    values.insert(values.end(), matrix.row(i), matrix.row(i) + columns);
  return values;
}

inline void check_golden(const json& given, bool keep_gradients, const std::string& isa,
                         std::size_t threads) {
  SCOPED_TRACE(given["network"].get<std::string>() + (keep_gradients ? ", kept" : "") + ", " + isa);
  GraphProblem problem;
  problem.graph = catalogue::compile(layers_of(given["network"]));
  problem.batch = given["batch"];
  problem.keep_gradients = keep_gradients;
  problem.isa = cpu::parse_isa(isa), problem.threads = threads;
  problem.input_gradient = true;
  if (given.contains("lengths")) given["lengths"].get_to(problem.lengths);
  auto parameters = problem.start();
  const auto& specs = problem.graph.parameters;
  ASSERT_EQ(specs.size(), given["arrays"].size());
  for (graph::ParameterId id = 0; id < specs.size(); ++id)
    parameters.write(id, flat(given["arrays"].at(specs[id].name)));
  const auto before = parameters.clone();
  GraphProblem::Run run(problem, parameters);
  const auto take = [&](const char* name, std::vector<float>& to) {
    const std::vector<double> from = flat(given[name]);
    to.assign(from.begin(), from.end());
  };
  take("inputs", run.features);
  take("loss", run.gradients[0]);
  run.bind();
  run.step();
  expect_near(row_major(run.plan->values(problem.graph.output()),
                        problem.graph.slots[problem.graph.output()].columns),
              flat(given["outputs"]), "outputs");
  expect_near(row_major(run.plan->gradient(0), problem.graph.slots[0].columns),
              flat(given["input_gradient"]), "input gradient");
  for (graph::ParameterId id = 0; id < specs.size(); ++id) {
    std::vector<double> gradient = before.read(id);  // plain descent at rate 1
    const std::vector<double> after = parameters.read(id);
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] -= after[i];
    expect_near(gradient, flat(given["gradients"].at(specs[id].name)), specs[id].name);
  }
}

// On all instruction sets, with gradients that are kept and used up, on one thread and two.
inline void check_golden(const json& all) {
  ASSERT_FALSE(all.empty());
  for (const json& given : all)
    for (const std::string& isa : fused_isas())
      for (const bool keep : {false, true}) check_golden(given, keep, isa, keep ? 2 : 1);
  for (const json& given : all) check_golden(given, false, "scalar", 1);
}

}  // namespace lithe::test
