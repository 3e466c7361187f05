//! Lists of much: all organizations with their fields and counts, all users, all members, beside a static answer of the
//! same size.

use kurak::Kurak;
use serde_json::json;

use crate::{
    Outcome, ceiling,
    client::{Connection, Load, get, median, post},
    generate,
    parts::ROUNDS,
    portal::{Portal, act, config, run_with},
    table::Table,
};

/// Organizations of a large portal.
const ORGANIZATIONS: usize = 2_000;
/// Users of a large portal, all of them members of one organization.
const USERS: usize = 5_000;
/// Answers a round: so many that the clock of processes tells one from another, and what goes on beside does not count.
const ANSWERS: usize = 200;
/// An old hash: argon2 of 5,000 passwords would take minutes.
const HASH: &str = "$pbkdf2-sha512$25000$bG9uZ3NhbHRsb25nc2FsdA$\
    wGgHUmRhtIkzyUoCXTtYq2PZXBBqPqLHnVEdRyhJ1L5qEhmH4xPGN3cXzHX8h9X0Xo4k6sXKAbBZt0mDYNVJEw";

pub fn measure(portal: &Portal, table: &mut Table) -> Outcome<()> {
    fill(portal)?;
    // CKAN gives 25 at once where nothing else is said.
    let server = run_with(&portal.data(), &[("CKAN___CKAN__GROUP_AND_ORGANIZATION_LIST_ALL_FIELDS_MAX", "2000")])?;
    let before = server.memory("VmRSS");
    let organization = generate::organization(0);
    let lists = [
        ("organization_list, all fields", get("/api/3/action/organization_list?all_fields=true&limit=2000"), Some(20.0)),
        ("user_list", post("user_list", &portal.token, &json!({})), None),
        ("member_list", post("member_list", &portal.token, &json!({"id": organization, "object_type": "user"})), None),
    ];
    for (what, request, most) in lists {
        let body = Connection::open(server.address)?.ask(&request)?.to_vec();
        let above = ceiling::start(portal.folder.path(), &body)?;
        let (mut ceilings, mut ours) = (Vec::new(), Vec::new());
        let load = |request: &[u8], times: usize| Load { requests: vec![request.to_vec(); times], connections: 2, time: None };
        for _ in 0..ROUNDS {
            ceilings.push(load(&get("/"), ANSWERS * 50).run(&above)?);
            ours.push(load(&request, ANSWERS).run(&server)?);
        }
        let (ceiling, ours) = (median(ceilings), median(ours));
        let ratio = ours.cpu / ceiling.cpu;
        let line = table.mix(what, &ours, server.memory("VmRSS"));
        line.found(format!("{} bytes, {ratio:.1} times a static answer of the size ({:.0} us)", body.len(), ceiling.cpu));
        if let Some(most) = most {
            line.goal(&format!("<= {most:.0} times"), ratio <= most);
        }
    }
    table.figure("RSS", format!("{before:.0} MB after the start, {:.0} MB after the lists", server.memory("VmRSS")));
    Ok(())
}

/// Organizations and users that the portal has not yet.
fn fill(portal: &Portal) -> Outcome<()> {
    let kurak = Kurak::tools(config(&portal.data())?)?;
    for rank in generate::ORGANIZATIONS..ORGANIZATIONS {
        act(&kurak, "organization_create", json!({"name": format!("list-{rank}"), "title": format!("Organization {rank}")}))?;
    }
    let mut members = Vec::new();
    for number in 0..USERS {
        let name = format!("user-{number}");
        let user = json!({"name": name, "email": format!("{name}@example.org"), "password_hash": HASH});
        act(&kurak, "user_create", user)?;
        members.push(json!({"name": name, "capacity": "member"}));
    }
    act(&kurak, "organization_patch", json!({"id": generate::organization(0), "users": members}))?;
    Ok(())
}
