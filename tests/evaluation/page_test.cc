// The page of an evaluation: sound, loads nothing, and shows what a hostile model says as text.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "data/pictures/image_file.h"
#include "evaluation/example.h"
#include "evaluation/hand_made.h"
#include "lithe/calibrate.h"
#include "lithe/table.h"
#include "support/markup.h"
#include "support/training.h"

namespace lithe {
namespace {

using test::expect_well_formed, test::logits, test::passes_on, test::rows;

constexpr const char* kHostile = "<script>alert(\"&'\")</script>\n\x01 \xe2\x80\xae";

// Nothing is fetched: no address, no script, no reference but to data in the page.
void expect_self_contained(const std::string& page) {
  for (const char* loads :
       {"http:", "https:", "//www", "<script", "<link", "<iframe", "url(", "@import", "srcset"})
    EXPECT_EQ(page.find(loads), std::string::npos) << loads;
  for (std::size_t at = page.find("src=\""); at != page.npos; at = page.find("src=\"", at + 1))
    EXPECT_EQ(page.compare(at, 27, "src=\"data:image/png;base64,"), 0);
}

std::string page_of(const Model& model, const Dataset& data) {
  return evaluation_page("m.safetensors", model, data, report_evaluation(model, data.test));
}

bool has(const std::string& page, std::string_view text) { return page.find(text) != page.npos; }

TEST(EvaluationPage, ErrorsNameTheirFiles) {
  const Model model = passes_on(2, "cross_entropy", {"no", "yes"});
  Dataset data = rows(2, {3, 0, 3, 0, 0, 3}, {0, 1, 1});
  data.shape = {1, 2};
  const EvaluationReport report =
      report_evaluation(model, data.test, {.files = {"a.png", "yes/<b>.png", "c.png"}});
  ASSERT_EQ(report.classes->errors.size(), 1u);
  EXPECT_EQ(report.classes->errors[0].file, "yes/<b>.png");
  const std::string page = evaluation_page("m.safetensors", model, data, report);
  EXPECT_TRUE(has(page, "yes/&lt;b&gt;.png"));
  EXPECT_FALSE(has(page, "a.png"));
}

TEST(EvaluationPage, OfAClassifier) {
  Model model = passes_on(2, "cross_entropy", {"no", "yes"});
  std::vector<EpochReport> epochs(3);
  for (std::size_t e = 0; e < 3; ++e) {
    epochs[e].epoch = e + 1, epochs[e].loss = 1.0 / static_cast<double>(e + 1);
    epochs[e].total = 10, epochs[e].correct = 5 + e;
  }
  const Dataset data = rows(2, logits({0.2, 0.9, 0.6, 0.7}), {0, 1, 0, 0});
  keep_history(model, epochs, data.test, data.test);
  const std::string page = page_of(model, data);
  expect_well_formed(page);
  expect_self_contained(page);
  for (const char* text :
       {"m.safetensors on rows: 50.00% accuracy", "2 of 4", "macro F1", "Confusion matrix",
        "Classes", "Most confident errors", "70.00%", "1 = -1.20397, 2 = -0.356675",
        "Calibration of the confidence", "Training history", ">Accuracy<",
        "input(2) -&gt; dense(2)", "Metadata", "cross_entropy"})
    EXPECT_TRUE(has(page, text)) << text;
  EXPECT_FALSE(has(page, "Unknown examples"));
  EXPECT_FALSE(has(page, "at temperature"));
  EXPECT_FALSE(has(page, "lithe.history"));
  EXPECT_EQ(page, page_of(model, data));  // no times in it
}

TEST(EvaluationPage, SaysThatAModelHasNoHistory) {
  const Dataset data = rows(2, logits({0.2}), {0});
  Model model = passes_on(2, "cross_entropy");
  std::string page = page_of(model, data);
  EXPECT_TRUE(has(page, "holds no history"));
  EXPECT_TRUE(has(page, "There are no errors."));
  model.metadata()["lithe.history"] = "[]";
  page = page_of(model, data);
  expect_well_formed(page);
  EXPECT_TRUE(has(page, "history of its training is damaged"));
}

TEST(EvaluationPage, AHostileModelIsText) {
  Model model = passes_on(2, "cross_entropy", {kHostile, std::string(5000, '<')});
  for (const char* key : {"lithe.data", "lithe.recipe", kHostile}) model.metadata()[key] = kHostile;
  Preprocessing preprocessing = model.preprocessing();
  preprocessing.schema = kHostile;
  model.set_preprocessing(preprocessing);
  for (int i = 0; i < 500; ++i)
    model.metadata()["note" + std::to_string(i)] = std::string(9000, '&');
  Dataset data = rows(2, logits({0.2, 0.9, 0.6}), {1, 0, 1});
  data.name = kHostile;
  const EvaluationReport report = report_evaluation(model, data.test);
  const std::string page = evaluation_page(kHostile, model, data, report);
  expect_well_formed(page);
  expect_self_contained(page);
  EXPECT_TRUE(has(page, "&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;"));
  EXPECT_LT(page.size(), 1'000'000u);
}

TEST(EvaluationPage, OfACalibratedModel) {
  base::Rng random(2, 2);
  std::vector<double> values;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 200; ++i) {
    labels.push_back(i % 2);
    values.insert(values.end(), {random.normal() + 1 - i % 2, random.normal() + i % 2});
  }
  Model model = passes_on(2, "cross_entropy");
  const Dataset data = rows(2, values, labels);
  calibrate_unknown(model, data.test, data.test);
  const std::string page = page_of(model, data);
  expect_well_formed(page);
  EXPECT_TRUE(has(page, "Unknown examples"));
  EXPECT_TRUE(has(page, "At temperature"));
  EXPECT_TRUE(has(page, "calibrated to accept 95.00% of known examples"));
}

TEST(EvaluationPage, OfNumbers) {
  Dataset data = rows(2, {1, 10, 2, 20, 3, 31}, {0, 0, 0});
  const std::vector<float> targets = {1, 10, 3, 10, 2, 10};
  data.test.labels = nullptr;
  data.test.targets = targets.data(), data.test.target_columns = 2;
  const std::string page = page_of(passes_on(2, "mean_squared"), data);
  expect_well_formed(page);
  expect_self_contained(page);
  EXPECT_TRUE(has(page, "Predicted against true: value 2"));
  EXPECT_TRUE(has(page, "Residuals: value 1"));
  EXPECT_TRUE(has(page, "–"));  // no R² of a constant
}

TEST(EvaluationPage, OfManyClasses) {
  for (const std::size_t classes : {100, 101, 300}) {
    std::vector<double> values;
    std::vector<std::int32_t> labels;
    for (std::size_t i = 0; i < classes; ++i) {
      labels.push_back(static_cast<std::int32_t>(i));
      for (std::size_t c = 0; c < classes; ++c) values.push_back(c == (i | 1) ? 1 : 0);
    }
    Dataset data = rows(classes, values, labels);
    data.test.classes = classes;
    const std::string page = page_of(passes_on(classes, "cross_entropy"), data);
    expect_well_formed(page);
    EXPECT_EQ(has(page, "confusion matrix"), classes == 100);
    EXPECT_EQ(has(page, "too many to draw a matrix"), classes > 100);
    EXPECT_EQ(has(page, "the 200 with the lowest F1"), classes > 200);
    EXPECT_TRUE(has(page, "Most frequent errors"));
  }
}

TEST(ExamplePicture, GreyAndColour) {
  std::vector<std::uint8_t> bytes(2 * 12);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  Features features{bytes.data(), ElementType::uint8, 2, 12, 12, 255};
  Dataset data;
  data.shape = {2, 2, 3};
  const auto colour = evaluation::picture_of(data, features, 1);
  ASSERT_TRUE(colour);
  EXPECT_EQ(colour->channels, 3u);
  EXPECT_EQ(colour->pixels.front(), 12);
  data.shape = {3, 4};
  EXPECT_EQ(evaluation::picture_of(data, features, 0)->width, 4u);
  data.shape = {12};
  EXPECT_FALSE(evaluation::picture_of(data, features, 0));
  data.shape = {3, 2, 2};
  EXPECT_FALSE(evaluation::picture_of(data, features, 0));
  data.shape = {5, 5};
  EXPECT_FALSE(evaluation::picture_of(data, features, 0));
}

TEST(ExamplePicture, NumbersAreSpreadAndLargeOnesMadeSmaller) {
  std::vector<float> values(300 * 200, 0.5f);
  values[0] = -1, values[1] = 2, values[2] = std::nanf("");
  Dataset data;
  data.shape = {300, 200};
  const Features features{values.data(), ElementType::float32,          1,
                          values.size(), values.size() * sizeof(float), 1};
  const auto image = evaluation::picture_of(data, features, 0);
  ASSERT_TRUE(image);
  EXPECT_EQ(image->height, 128u);
  EXPECT_EQ(image->width, 85u);
  EXPECT_EQ(image->pixels.back(), 128);  // half-way from -1 to 2
}

TEST(ExampleValues, AreNamedByTheTablesSchema) {
  Model model = passes_on(4, "cross_entropy");
  TableSchema schema;
  schema.task = TableTask::classification;
  schema.class_names = {"a", "b"};
  schema.columns.resize(3);
  schema.columns[0].name = "size";
  schema.columns[0].indicator = true;
  schema.columns[1].name = "colour";
  schema.columns[1].kind = ColumnKind::category;
  schema.columns[1].categories = {"green", "red"};
  schema.columns[1].usual = "red";
  schema.columns[2].name = "kind";
  schema.columns[2].kind = ColumnKind::target;
  const std::vector<double> values = {2.5, 0, 0, 1, 7, 1, 0, 0};
  const Features features{values.data(), ElementType::float64, 2, 4, 4 * sizeof(double), 1};
  EXPECT_EQ(evaluation::values_of(model, features, 0), "1 = 2.5, 2 = 0, 3 = 0, 4 = 1");
  model.set_preprocessing({.schema = schema.to_json()});
  EXPECT_EQ(evaluation::values_of(model, features, 0), "size = 2.5, colour = red");
  EXPECT_EQ(evaluation::values_of(model, features, 1), "size = missing, colour = missing");
  model.set_preprocessing({.schema = "{}"});
  EXPECT_EQ(evaluation::values_of(model, features, 0), "1 = 2.5, 2 = 0, 3 = 0, 4 = 1");
}

}  // namespace
}  // namespace lithe
