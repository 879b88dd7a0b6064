//! Charts that a spreadsheet program draws from the cells of a sheet, so that they follow when somebody corrects one.

use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartFont, ChartFormat, ChartLegendPosition, ChartSolidFill, ChartType, Color,
};

/// A font that Chinese office machines have.
const FONT: &str = "微软雅黑";
/// The colours of the series, told apart in print without colours, too.
const COLOURS: [u32; 4] = [0x1F_4E79, 0xC0_504D, 0x9B_BB59, 0xF7_9646];

/// How it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Upright columns.
    Columns,
    /// Bars from left to right, the first row on top.
    Bars,
    /// Shares of a whole.
    Pie,
}

/// A chart of some columns of a table: the first row has their names.
#[derive(Clone, Copy, Debug)]
pub struct Drawing<'a> {
    /// How it is drawn.
    pub shape: Shape,
    /// The sheet of the table, where that is another one.
    pub sheet: Option<&'a str>,
    /// Its title.
    pub title: &'a str,
    /// What the names are, and what the numbers are.
    pub axes: (&'a str, &'a str),
    /// The row of the headings, and the last row.
    pub rows: (usize, usize),
    /// The column of the names.
    pub names: usize,
    /// The columns of the numbers.
    pub numbers: &'a [usize],
    /// How the numbers are written.
    pub number_format: &'a str,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

/// The chart of a drawing over the cells of a sheet.
pub(super) fn chart(sheet: &str, drawing: &Drawing<'_>) -> Chart {
    let mut chart = Chart::new(match drawing.shape {
        Shape::Columns => ChartType::Column,
        Shape::Bars => ChartType::Bar,
        Shape::Pie => ChartType::Pie,
    });
    let sheet = drawing.sheet.unwrap_or(sheet);
    let (first, last) = (row(drawing.rows.0 + 1), row(drawing.rows.1));
    for (at, column) in drawing.numbers.iter().enumerate() {
        let mut label = ChartDataLabel::new();
        label.set_font(&font(9));
        if drawing.shape == Shape::Pie {
            label.show_category_name().show_percentage().set_num_format("0%");
        } else {
            label.show_value().set_num_format(drawing.number_format);
        }
        let series = chart.add_series();
        series
            .set_name((sheet, row(drawing.rows.0), place(*column)))
            .set_categories((sheet, first, place(drawing.names), last, place(drawing.names)))
            .set_values((sheet, first, place(*column), last, place(*column)))
            .set_data_label(&label);
        if drawing.shape != Shape::Pie {
            let colour = COLOURS.get(at % COLOURS.len()).copied().unwrap_or_default();
            let mut fill = ChartSolidFill::new();
            fill.set_color(Color::RGB(colour));
            series.set_format(ChartFormat::new().set_solid_fill(&fill)).set_gap(60);
        }
    }
    chart.set_width(drawing.size.0).set_height(drawing.size.1);
    chart.title().set_name(drawing.title).set_font(&font(13));
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&font(9));
    if drawing.shape == Shape::Pie || drawing.numbers.len() < 2 {
        chart.legend().set_hidden();
    }
    if drawing.shape != Shape::Pie {
        axes(&mut chart, drawing);
    }
    chart
}

/// Names and numbers at the axes; with bars the names are at the upright one.
fn axes(chart: &mut Chart, drawing: &Drawing<'_>) {
    let is_lying = drawing.shape == Shape::Bars;
    let (names, numbers) = drawing.axes;
    let (x_name, y_name) = if is_lying { (numbers, names) } else { (names, numbers) };
    chart.x_axis().set_name(x_name).set_name_font(&font(9)).set_font(&font(9));
    chart.y_axis().set_name(y_name).set_name_font(&font(9)).set_font(&font(9));
    if is_lying {
        chart.y_axis().set_reverse();
    }
    let numbers = if is_lying { chart.x_axis() } else { chart.y_axis() };
    numbers.set_num_format(drawing.number_format).set_min(0);
}

fn font(size: u32) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_name(FONT).set_size(size);
    font
}

fn row(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

fn place(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}
