//! Where and when: `dct:spatial` from GeoJSON, a name or an IRI, `dct:temporal` from two dates.
//!
//! DCAT-AP 3 wants `locn:geometry` to be a node, so a place is given by `dcat:bbox` or `dcat:centroid` instead.

use model::Package;
use serde_json::Value;

use super::{extra, shared::Shared};
use crate::{
    graph::{Node, Object},
    value,
};

const WKT: &str = "gsp:wktLiteral";

pub(super) fn spatial<'a>(package: &'a Package, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    let geometry = extra(package, "spatial");
    let bounds = geometry.or_else(|| extra(package, "spatial_bbox")).and_then(Bounds::of_geojson);
    let centroid = extra(package, "spatial_centroid").and_then(Bounds::of_geojson);
    let spoken = geometry.filter(|text| bounds.is_none() && !text.starts_with(['{', '[']) && value::iri(text).is_none());
    let iri = extra(package, "spatial_uri").or(geometry).and_then(value::iri);
    let fill = |place: &mut Node<'a>| {
        if let Some(name) = extra(package, "spatial_text").or(spoken) {
            place.text("skos:prefLabel", name);
        }
        if let Some(point) = centroid.or(bounds).filter(Bounds::is_point) {
            place.typed("dcat:centroid", format!("POINT({} {})", point.west, point.south), WKT);
        }
        if let Some(area) = bounds.filter(|bounds| !bounds.is_point()) {
            place.typed("dcat:bbox", area.polygon(), WKT);
        }
    };
    if let Some(iri) = iri {
        shared.describe(nodes, &iri, &["dct:Location"], fill);
        node.iri("dct:spatial", iri);
    } else {
        let mut place = Node::blank(&["dct:Location"]);
        fill(&mut place);
        if !place.properties.is_empty() {
            node.add("dct:spatial", Object::Blank(place));
        }
    }
}

/// A period, if at least one of its ends can be read and they are in order.
pub(super) fn temporal(package: &Package, node: &mut Node<'_>) {
    let end = |key: &str| extra(package, key).and_then(value::date);
    let (start, end) = (end("temporal_start"), end("temporal_end"));
    let mut period = Node::blank(&["dct:PeriodOfTime"]);
    for (property, bound) in [("dcat:startDate", start), ("dcat:endDate", end)] {
        if let Some((text, datatype)) = bound {
            period.typed(property, text, datatype);
        }
    }
    if !period.properties.is_empty() {
        node.add("dct:temporal", Object::Blank(period));
    }
}

/// A box in degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bounds {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Bounds {
    /// The box around all positions of a geometry; `None` when there is none or one lies off the globe.
    fn of_geojson(text: &str) -> Option<Self> {
        if !text.starts_with('{') {
            return None;
        }
        let geometry: Value = serde_json::from_str(text).ok()?;
        let mut open = vec![geometry.get("geometry").unwrap_or(&geometry).get("coordinates")?];
        let mut bounds: Option<Self> = None;
        while let Some(Value::Array(items)) = open.pop() {
            if let [x, y, ..] = items.as_slice()
                && let (Some(x), Some(y)) = (x.as_f64(), y.as_f64())
            {
                if !(-180.0..=180.0).contains(&x) || !(-90.0..=90.0).contains(&y) {
                    return None;
                }
                bounds = Some(bounds.map_or(Self { west: x, south: y, east: x, north: y }, |b| b.with(x, y)));
            } else {
                open.extend(items.iter().filter(|item| item.is_array()));
            }
        }
        bounds
    }

    fn with(self, x: f64, y: f64) -> Self {
        Self { west: self.west.min(x), south: self.south.min(y), east: self.east.max(x), north: self.north.max(y) }
    }

    #[expect(clippy::float_cmp, reason = "a point's bounds are copies of one number")]
    fn is_point(&self) -> bool {
        self.west == self.east && self.south == self.north
    }

    fn polygon(self) -> String {
        let Self { west, south, east, north } = self;
        format!("POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_geometry_becomes_its_box_and_nonsense_becomes_nothing() {
        let area = Bounds::of_geojson(r#"{"type":"Polygon","coordinates":[[[69,39],[80,39.5],[80,43]]]}"#).unwrap();
        assert_eq!(area.polygon(), "POLYGON((69 39,80 39,80 43,69 43,69 39))");
        assert!(Bounds::of_geojson(r#"{"type":"Point","coordinates":[74.6,42.9]}"#).unwrap().is_point());
        for text in
            ["", "{", "{}", r#"{"coordinates":[]}"#, r#"{"coordinates":[[["a","b"]]]}"#, r#"{"coordinates":[500,1]}"#, "[1,2]"]
        {
            assert_eq!(Bounds::of_geojson(text), None, "{text}");
        }
    }
}
